"""What a customer's state knows of closed addresses: the newest word on each, of the newest few."""

import random

from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.state import State
from kairos.domain.suppression import KEPT, is_closed, note
from tests.unit.domain.properties.lives import profile

WORDS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 5), st.booleans()), max_size=12)


def told(words: list[tuple[str, int, bool]]) -> State:
    state = State()
    for address, time, closed in words:
        note(state, "email", address, time, closed=closed)
    return state


def test_five_addresses_of_a_channel_are_known_to_be_closed() -> None:
    state = told([(address, time, True) for time, address in enumerate("abcde", 1)])
    assert [address for address in "abcde" if is_closed(state, "email", address)] == list("abcde")
    assert not is_closed(state, "sms", "a")


def test_of_six_the_oldest_is_forgotten_and_no_news_a_second_time() -> None:
    state = told([(address, time, True) for time, address in enumerate("abcdef", 1)])
    assert [address for address in "abcdef" if is_closed(state, "email", address)] == list("bcdef")
    assert not note(state, "email", "a", 1, closed=True), "the address itself knows"
    assert "a" not in state.suppressed["email"]


@profile(200)
@given(WORDS, st.randoms(use_true_random=False))
def test_in_any_order_and_repeatedly_the_newest_words_are_known(
    words: list[tuple[str, int, bool]], shuffler: random.Random
) -> None:
    newest = {address: max((t, c) for a, t, c in words if a == address) for address, _, _ in words}
    kept = sorted(newest, key=lambda address: (newest[address][0], address))[-KEPT:]
    shuffled = [*words, *shuffler.choices(words, k=len(words) // 2)] if words else []
    shuffler.shuffle(shuffled)
    assert told(shuffled).suppressed.get("email", {}) == {
        address: time if closed else -time for address, (time, closed) in newest.items() if address in kept
    }
