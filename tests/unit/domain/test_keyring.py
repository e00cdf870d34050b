"""A key is replaced in three steps, and between them nobody who has either is turned away."""

import pytest

from kairos.domain.keyring import BadRing, Ring, read
from kairos.domain.tokens import InvalidToken, Keyring, Unsubscribe, sign, verify

OLD, NEW = "the first key of all", "the key that comes after"
MINUTE = 60_000
SETTLED = 5 * MINUTE
ADDED = Ring(OLD).add(NEW, MINUTE)
USED = ADDED.use(MINUTE + SETTLED, settled=SETTLED)
RETIRED = USED.retire()


@pytest.mark.parametrize(
    ("ring", "in_use", "accepted"),
    [
        (Ring(OLD), OLD, {OLD}),
        (ADDED, OLD, {OLD, NEW}),
        (USED, NEW, {OLD, NEW}),
        (RETIRED, NEW, {NEW}),
    ],
)
def test_what_is_accepted_at_each_step(ring, in_use, accepted):
    assert (read(ring.text()).key, set(read(ring.text()).accepted)) == (in_use, accepted)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda: ADDED.add("another one of length", 0), "use it first"),
        (lambda: Ring(OLD).add("short", 0), "16 characters"),
        (lambda: Ring(OLD).use(0, settled=SETTLED), "add one first"),
        (lambda: ADDED.use(MINUTE + SETTLED - 1, settled=SETTLED), "again in 1 s"),
        (lambda: Ring(OLD).retire(), "no earlier key"),
        (lambda: read("{}"), "at least 1 character"),
    ],
)
def test_a_step_out_of_turn_is_refused_in_words(step, said):
    with pytest.raises(BadRing, match=said):
        step()


@pytest.mark.parametrize(("signer", "reader"), [(Ring(OLD), ADDED), (ADDED, Ring(OLD)), (ADDED, USED), (USED, ADDED)])
def test_workers_one_step_apart_read_each_other_s_links(signer, reader):
    """One has read the secret already, the other not yet."""
    told = Unsubscribe("ada", "news", "email", "m1")
    token = sign(told, Keyring.parse(signer.text()), 0)
    assert verify(token, Unsubscribe, keys=Keyring.parse(reader.text()), now=1) == told


def test_a_link_of_a_retired_key_is_as_good_as_forged():
    token = sign(Unsubscribe("ada", "news", "email", "m1"), Keyring.parse(OLD), 0)
    with pytest.raises(InvalidToken, match="forged"):
        verify(token, Unsubscribe, keys=Keyring.parse(RETIRED.text()), now=1)


def test_a_coupon_code_in_a_mailbox_outlives_every_rotation():
    again = RETIRED.add("the third key of them", 0).use(SETTLED, settled=SETTLED).retire()
    codes = {Keyring.parse(ring.text()).derive("coupon", "c1") for ring in (Ring(OLD), ADDED, USED, RETIRED, again)}
    assert len(codes) == 1
