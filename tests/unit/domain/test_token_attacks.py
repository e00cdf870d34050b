"""What somebody might do to a token, and what they are told. Each starts from tokens that are good."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from kairos.domain import packing
from kairos.domain.tokens import (
    LIFETIME,
    Answer,
    Confirm,
    InvalidToken,
    Keyring,
    Link,
    Preferences,
    Unsubscribe,
    sign,
    verify,
)

NOW = 1_795_000_000_000
KEYS = Keyring(b"the key of today, 32 bytes long!", others=(b"the key of yesterday, 32 bytes!!",))
RETIRED = Keyring(b"a key that was retired, 32 bytes")
ADA, EVE = (Unsubscribe(who, "offers", "email", "m1") for who in ("ada", "eve"))
LINK = Link("https://shop.example/", "eve", "m1", "cart", "send.offer", "", "email")
KINDS = (Unsubscribe, Link, Answer, Confirm, Preferences)
HEAD, MAC = 7, 16


def raw(payload, keys=KEYS):
    token = sign(payload, keys, NOW)
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))


def spelled(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


GOOD, EVES = raw(ADA), raw(EVE)
TEXT = sign(ADA, KEYS, NOW)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SPARE = next(data for size in range(3) if len(data := raw(Preferences("a" * size, "m1"))) % 3)

ATTACKS = [
    ("another customer in a signed frame", spelled(EVES[:HEAD] + GOOD[HEAD:-MAC] + EVES[-MAC:]), "forged"),
    ("the signature of another token", spelled(GOOD[:-MAC] + EVES[-MAC:]), "forged"),
    ("no signature", spelled(GOOD[:-MAC]), "garbled"),
    ("a signature of zeros", spelled(GOOD[:-MAC] + bytes(MAC)), "forged"),
    ("half a signature", spelled(GOOD[: -MAC // 2]), "forged"),
    ("the signature twice", spelled(GOOD + GOOD[-MAC:]), "forged"),
    ("a later expiry", spelled(GOOD[:3] + b"\xff\xff\xff\xff" + GOOD[HEAD:]), "forged"),
    ("another purpose", spelled(GOOD[:2] + b"p" + GOOD[3:]), "forged"),
    ("the id of the other live key", spelled(raw(ADA, Keyring(KEYS.others[0]))[:2] + GOOD[2:]), "forged"),
    ("the id of no key", spelled(b"\x00\x00" + GOOD[2:]), "forged"),
    ("signed with a retired key", sign(ADA, RETIRED, NOW), "forged"),
    ("signed with an empty key", sign(ADA, Keyring(b""), NOW), "forged"),
    ("signed with the seed of codes", sign(ADA, Keyring(KEYS.derive("token")), NOW), "forged"),
    ("one bit of the customer", spelled(GOOD[:HEAD] + bytes([GOOD[HEAD] ^ 1]) + GOOD[HEAD + 1 :]), "forged"),
    ("one bit of the signature", spelled(GOOD[:-1] + bytes([GOOD[-1] ^ 1])), "forged"),
    ("a field more", spelled(GOOD[:-MAC] + packing.pack(["x"]) + GOOD[-MAC:]), "forged"),
    ("two tokens, one behind the other", spelled(GOOD + EVES), "forged"),
    ("only what must be there", spelled(bytes(HEAD + MAC)), "forged"),
    ("less than that", spelled(bytes(HEAD + MAC - 1)), "garbled"),
    ("nothing", "", "garbled"),
    ("padding", TEXT + "=" * (-len(TEXT) % 4 or 4), "garbled"),
    ("the other alphabet", spelled(bytes([251, 255]) * 20).replace("-", "+").replace("_", "/"), "garbled"),
    ("a space within", TEXT[:9] + " " + TEXT[9:], "garbled"),
    ("a newline behind", TEXT + "\n", "garbled"),
    ("a null byte behind", TEXT + "\x00", "garbled"),
    ("percent-encoded", "%" + TEXT, "garbled"),
    ("letters that look alike", TEXT[:-1] + "а", "garbled"),
    ("capitals", TEXT.upper(), "forged"),
    ("spare bits of the last letter", spelled(SPARE)[:-1] + LETTERS[LETTERS.index(spelled(SPARE)[-1]) + 1], "garbled"),
    ("a path", f"../{TEXT}", "garbled"),
    ("a hundred thousand letters", "A" * 100_000, "forged"),
    ("JSON with a promise", '{"alg":"none"}', "garbled"),
]  # fmt: skip


@pytest.mark.parametrize(("token", "told"), [pytest.param(t, w, id=name) for name, t, w in ATTACKS])
def test_a_token_that_somebody_has_worked_on_opens_nothing(token, told):
    with pytest.raises(InvalidToken) as refused:
        verify(token, *KINDS, keys=KEYS, now=NOW)
    assert refused.value.why == told


@pytest.mark.parametrize("payload", [ADA, LINK, Preferences("ada", "m1"), Confirm("ada", "news", "email", "m1")])
def test_a_token_is_good_to_its_last_second_under_every_live_key_and_for_its_own_purpose(payload):
    end = (NOW + LIFETIME[type(payload)]) // 1000 * 1000
    for key in (KEYS.current, *KEYS.others):
        token = sign(payload, Keyring(key), NOW)
        assert verify(token, *KINDS, keys=KEYS, now=end - 1) == payload
        with pytest.raises(InvalidToken, match="expired"):
            verify(token, *KINDS, keys=KEYS, now=end)
        for other in {*KINDS} - {type(payload)}:
            with pytest.raises(InvalidToken, match="purpose"):
                verify(token, other, keys=KEYS, now=NOW)


def test_whoever_is_refused_is_told_nothing_that_a_signature_would_have_to_prove():
    """Purpose and expiry are looked at only behind a good signature."""
    old_and_forged = sign(ADA, RETIRED, 0)
    for kinds in ((Unsubscribe,), (Link,)):
        with pytest.raises(InvalidToken, match="forged"):
            verify(old_and_forged, *kinds, keys=KEYS, now=NOW)
