"""Whatever order and however often events are delivered: the same facts, and the same decisions at the wake-up.

What is dependent on order by nature, and so left out where a campaign starts at once with an event, or with the change
that it makes (kinds event, change, segment): the decisions themselves, taken on the facts known then, and what they
leave behind: runs, late entries, sends, open goals, placed content, tags, points, and what conditions on those show.
Left out everywhere: `due`, a lower bound that may be lower by what came first.
"""

import random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from kairos.domain.events import Event, Millis
from tests.unit.domain.properties.lives import Happened, Told, happened, profile
from tests.unit.domain.properties.whole import BY_EVENT, BY_TIME, POLICY
from tests.unit.domain.shop import DAY, HOUR, MINUTE, T0, catalog, joined

END = T0
"""Everything is received by then; the customer is known for long."""

LISTENING = catalog(POLICY, **BY_TIME)
ACTING = catalog(POLICY, **BY_TIME, **BY_EVENT)
STORY = st.lists(happened(), min_size=2, max_size=14)


def heard(story: list[Happened], catalog: Any, shuffler: random.Random | None = None) -> Told:
    """A life in which all of it is delivered between the last receipt and the wake-up."""
    deliveries: list[Event] = [thing.event(END, number) for number, thing in enumerate(story)]
    if shuffler is not None:
        deliveries += shuffler.choices(deliveries, k=len(deliveries) // 2)
        shuffler.shuffle(deliveries)
    life = Told(catalog).hear(joined(T0 - 30 * DAY), T0 - 30 * DAY)
    for number, one in enumerate(deliveries):
        life.hear(one, END + number)
    return life


def outcome(life: Told) -> Any:
    """What is packed, and everything that was decided."""
    told = [(r.campaign, r.key, r.outcome, r.reason, r.step, r.channel, r.value) for r in life.lines]
    messages = [(m.id, m.since, m.expires, m.same, m.coupon) for _, m in life.decided]
    return life.customer.state.pack(), life.customer.profile, told, messages, life.places


def differences(one: Any, other: Any) -> dict[str, Any]:
    """Which facts differ, to be read in a failure."""
    return {
        name: (getattr(one, name), getattr(other, name))
        for name in one.__slots__
        if name not in ("raw", "due", "version", "guard") and getattr(one, name) != getattr(other, name)
    }


ADDRESSES = [Happened("customer.updated", HOUR, 0, addresses={"email": who}) for who in ("a@x.example", "b@x.example")]
VALUES = [
    Happened("customer.updated", HOUR, 0, attributes={"declared": {"tier": value}}) for value in ("gold", "", None)
]
WORDS = [Happened("customer.updated", HOUR, 0, consents=(("news", "email", word),)) for word in ("proven", "granted")]
"""Told of one instant and received at once: which of them was worked off first said what was so."""


@profile(250)
@example(ADDRESSES, random.Random(1), 0)
@example(VALUES, random.Random(1), 0)
@example(WORDS, random.Random(1), 0)
@given(STORY, st.randoms(use_true_random=False), st.sampled_from((0, MINUTE, DAY, 4 * DAY)))
def test_what_was_delivered_before_a_wake_up_may_come_in_any_order_and_repeatedly(
    story: list[Happened], shuffler: random.Random, later: Millis
) -> None:
    straight, shuffled = heard(story, LISTENING), heard(story, LISTENING, shuffler)
    assert not straight.decided and not shuffled.decided and not straight.entries and not shuffled.entries
    assert differences(straight.customer.state, shuffled.customer.state) == {}
    assert straight.customer.profile == shuffled.customer.profile
    assert straight.places == shuffled.places
    for moment in (END + later + MINUTE, END + later + 2 * DAY):
        straight.wake(moment)
        shuffled.wake(moment)
        assert outcome(straight) == outcome(shuffled)


FACTS = (
    "born", "attributes", "consents", "addresses", "suppressed", "lasts", "interests", "seen", "forgotten", "newest",
)  # fmt: skip


@profile(150)
@given(STORY, st.randoms(use_true_random=False))
def test_facts_come_out_the_same_also_where_events_start_campaigns_at_once(
    story: list[Happened], shuffler: random.Random
) -> None:
    straight, shuffled = heard(story, ACTING).customer.state, heard(story, ACTING, shuffler).customer.state
    for name in FACTS:
        one, other = getattr(straight, name), getattr(shuffled, name)
        if name == "attributes":  # what the step `set` has set
            one, other = ({k: v for k, v in facts.items() if k != "level"} for facts in (one, other))
        assert one == other, name
    outside = {keep for keep, count in ACTING.counts.items() if not count.on.types & OWN}
    assert {k: v for k, v in straight.counts.items() if k in outside} == {
        k: v for k, v in shuffled.counts.items() if k in outside
    }
    assert straight.armed == shuffled.armed


OWN = frozenset({"message.sent", "content.accepted", "content.dismissed"})
"""Counted among those that Kairos tells itself, as a consequence of what it decided."""


PAGES = [Happened("page.viewed", HOUR, 0, {"category": "toys", "product_id": 1})] * 2
BOUGHT = [
    Happened("cart.updated", 56 * HOUR, 0, {"cart_id": "c1", "total": 5, "category": "toys"}),
    Happened("order.placed", 56 * HOUR, 0, {"cart_id": "c1", "total": 0, "items": []}),
]
"""The order that kept the cart silent was forgotten before the cart."""


@profile(60)
@example([*PAGES, *BOUGHT], random.Random(0))
@given(STORY, st.randoms(use_true_random=False))
def test_a_wake_up_twice_or_for_nothing_decides_nothing(story: list[Happened], shuffler: random.Random) -> None:
    life = heard(story, ACTING, shuffler).wake(END + DAY)
    before = outcome(life)
    assert outcome(life.wake(END + DAY)) == before


def test_the_definitions_have_every_kind_of_trigger() -> None:
    kinds = {campaign["trigger"]["kind"] for campaign in (*BY_TIME.values(), *BY_EVENT.values())}
    assert kinds == {
        "event", "inaction", "inactivity", "date", "change", "segment", "external", "schedule", "inbound",
    }  # fmt: skip
