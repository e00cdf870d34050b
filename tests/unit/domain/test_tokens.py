import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.tokens import (
    LIFETIME,
    Answer,
    Confirm,
    InvalidToken,
    Keyring,
    Link,
    Payload,
    Preferences,
    Unsubscribe,
    sign,
    verify,
)

NOW = 1_795_000_000_000
KEYS = Keyring(b"the key of today, 32 bytes long!")
OTHER = Keyring(b"somebody else's key, 32 bytes!!!")
KINDS = (Unsubscribe, Link, Answer, Confirm, Preferences)

names = st.text(max_size=40).filter(lambda text: text.isprintable())
payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(Unsubscribe, names, names, names, names),
    st.builds(Link, names, names, names, names, names, names, names),
    st.builds(Answer, names, st.one_of(names, st.booleans(), st.integers()), *[names] * 9),
    st.builds(Confirm, names, names, names, names),
    st.builds(Preferences, names, names),
)


@given(payloads)
def test_what_was_signed_is_what_is_verified(payload):
    assert verify(sign(payload, KEYS, NOW), *KINDS, keys=KEYS, now=NOW) == payload


@given(payloads)
def test_a_token_of_the_key_before_still_verifies(payload):
    rotated = Keyring(b"the key of tomorrow, 32 bytes !!", others=(b"the key in between, 32 bytes !!!", KEYS.current))
    assert verify(sign(payload, KEYS, NOW), *KINDS, keys=rotated, now=NOW) == payload


@given(payloads)
def test_another_key_verifies_nothing(payload):
    with pytest.raises(InvalidToken, match="forged"):
        verify(sign(payload, OTHER, NOW), *KINDS, keys=KEYS, now=NOW)


@given(payloads)
def test_a_token_ends_with_its_lifetime(payload):
    token = sign(payload, KEYS, NOW)
    end = (NOW + LIFETIME[type(payload)]) // 1000 * 1000
    assert verify(token, *KINDS, keys=KEYS, now=end - 1) == payload
    with pytest.raises(InvalidToken, match="expired"):
        verify(token, *KINDS, keys=KEYS, now=end)


@given(payloads)
def test_a_token_serves_its_own_purpose_only(payload):
    others = [kind for kind in KINDS if kind is not type(payload)]
    with pytest.raises(InvalidToken, match="purpose"):
        verify(sign(payload, KEYS, NOW), *others, keys=KEYS, now=NOW)


@given(payloads, st.data())
def test_a_token_with_any_character_changed_verifies_never(payload, data):
    token = sign(payload, KEYS, NOW)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_=+/ \n%é").filter(lambda c: c != token[at]))
    with pytest.raises(InvalidToken):
        verify(token[:at] + letter + token[at + 1 :], *KINDS, keys=KEYS, now=NOW)


@given(st.one_of(st.text(max_size=300), st.from_regex(r"[A-Za-z0-9_-]{0,300}", fullmatch=True)))
def test_garbage_verifies_never(text):
    with pytest.raises(InvalidToken):
        verify(text, *KINDS, keys=KEYS, now=NOW)


@given(payloads, st.integers(1, 20))
def test_a_token_that_was_cut_off_or_lengthened_verifies_never(payload, size):
    token = sign(payload, KEYS, NOW)
    for spoiled in (token[:-size], token + "A" * size):
        with pytest.raises(InvalidToken):
            verify(spoiled, *KINDS, keys=KEYS, now=NOW)


@pytest.mark.parametrize(
    ("secret", "keys"),
    [
        ("0123456789abcdef", Keyring(b"0123456789abcdef")),
        ('{"key": "0123456789abcdef"}', Keyring(b"0123456789abcdef")),
        ('{"key": "0123456789abcdef", "previous": ""}', Keyring(b"0123456789abcdef")),
        (
            '{"key": "0123456789abcdef", "previous": "fedcba9876543210"}',
            Keyring(b"0123456789abcdef", (b"fedcba9876543210",)),
        ),
        (
            '{"key": "0123456789abcdef", "next": "next fedcba987654", "previous": ["fedcba9876543210"], "seed": "the first"}',
            Keyring(b"0123456789abcdef", (b"next fedcba987654", b"fedcba9876543210"), b"the first"),
        ),
    ],
)
def test_keys_are_read_from_a_secret(secret, keys):
    assert Keyring.parse(secret) == keys


@pytest.mark.parametrize("secret", ["", "short", '{"key": ""}', '{"previous": "0123456789abcdef"}', '{"key": "short"}'])
def test_a_missing_or_weak_key_is_refused(secret):
    with pytest.raises(ValueError, match="16 characters"):
        Keyring.parse(secret)


def test_a_usual_link_stays_below_170_characters():
    link = Link(
        "https://shop.example/cart/1842", "customer-1842", "a" * 26, "abandoned-cart", "send.reminder", "", "email"
    )
    assert len(sign(link, KEYS, NOW)) < 170


def test_a_token_of_the_release_before_is_read():
    token = "xTxha3QtwApsaWtlc190b3lz_csDYWRhGmFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHkyBHRveXPfA2FzawDIhoVxdNcW7dowkyzrNPoLfg"
    answer = Answer("likes_toys", True, "ada", "abcdefghijklmnopqrstuvwxy2", "toys", "send.ask", "", "email")
    assert verify(token, Answer, keys=KEYS, now=NOW) == answer
    assert sign(answer, KEYS, NOW) == token  # what is not said takes no room


def test_a_token_may_be_short_lived_and_never_longer_lived_than_its_kind():
    for lifetime, lives in ((60_000, 60_000), (10**15, LIFETIME[Preferences])):
        token = sign(Preferences("ada", "m1"), KEYS, NOW, lifetime=lifetime)
        assert verify(token, Preferences, keys=KEYS, now=NOW + lives - 1)
        with pytest.raises(InvalidToken, match="expired"):
            verify(token, Preferences, keys=KEYS, now=NOW + lives)
