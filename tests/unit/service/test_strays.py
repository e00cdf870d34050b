"""Whoever is named by an address alone: the one who has it, or somebody of their own until it is somebody's."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kairos.domain.events import Event, Ref
from kairos.domain.identity import customer_id
from tests.unit.domain.shop import T0, address_hash, catalog, event
from tests.unit.service.test_alias import counted, whose
from tests.unit.service.test_merge import ELEVEN, of, pages
from tests.unit.service.workers import Workers

MAIL, NUMBER = Ref(email="e@shop.example"), Ref(phone="+4520123456")
STRAYS = {kind: customer_id(ref, address_hash) for kind, ref in (("email", MAIL), ("phone", NUMBER))}


def shop(**more):
    return Workers(catalog(toys=ELEVEN), **more)


def told(who, time=T0, device=None, **addresses):
    """Somebody, or their device, and where they are reached."""
    said = event("identify", time, id=f"{who}-{device}-{time}-{sorted(addresses)}", addresses=addresses)
    return of(Ref(id=who, anonymous_id=device), said)


def named(ref, *numbers):
    """Pages of somebody who is named so, with the address that a reference brings along."""
    said = {kind: value for kind, value in (("email", ref.email), ("phone", ref.phone)) if value}
    return [replace(page, addresses=said) for number in numbers for page in pages(ref, number, number + 1)]


@pytest.mark.parametrize(("kind", "ref"), [("email", MAIL), ("phone", NUMBER)])
def test_an_event_by_an_address_is_its_one_owner_s_before_and_after(kind, ref):
    address = {kind: getattr(ref, kind)}
    before = shop().hear(*named(ref, 0, 1)).hear(told("anna", **address)).hear(*named(ref, 2))
    after = shop().hear(told("anna", **address)).hear(*named(ref, 0, 1, 2))
    assert counted(before) == counted(after) == {"anna": [3]}
    assert whose(before, STRAYS[kind]) == "anna" and STRAYS[kind] not in after.world.states


def test_in_one_batch_too():
    workers = shop().hear(*named(MAIL, 0), told("anna", email=MAIL.email), *named(MAIL, 1))
    assert counted(workers) == {"anna": [2]}


def test_letters_and_blanks_make_no_other_address():
    workers = shop().hear(told("anna", email=" E@Shop.Example")).hear(*named(MAIL, 0))
    assert counted(workers) == {"anna": [1]}


def test_of_two_owners_it_is_nobody_s_and_becomes_whose_says_so_next():
    workers = shop().hear(told("anna", email=MAIL.email)).hear(told("bo", T0 + 1, email=MAIL.email))
    workers.hear(*named(MAIL, 0))
    assert counted(workers) == {"anna": [], "bo": [], STRAYS["email"]: [1]}
    workers.hear(told("cai", T0 + 2, email=MAIL.email)).hear(*named(MAIL, 1))
    assert counted(workers) == {"anna": [], "bo": [], "cai": [2]}


def test_a_shared_address_merges_nobody_and_follows_who_has_said_it_last():
    workers = shop().hear(*named(MAIL, 0)).hear(told("anna", email=MAIL.email), *pages(Ref(id="anna"), 1, 2))
    workers.hear(told("bo", T0 + 50, email=MAIL.email)).hear(*named(MAIL, 2))
    assert counted(workers) == {"anna": [2], "bo": [1]}


def test_a_device_with_an_address_owns_nothing_until_it_is_somebody_s():
    workers = shop().hear(told(None, device="d1", email=MAIL.email)).hear(*named(MAIL, 0))
    assert counted(workers) == {"anonymous:d1": [], STRAYS["email"]: [1]}
    workers.hear(told("anna", T0 + 1, device="d1"))
    assert counted(workers) == {"anna": [1]}


def test_who_gives_an_address_up_is_not_meant_by_it_any_more():
    workers = shop().hear(told("anna", email=MAIL.email)).hear(told("anna", T0 + 1, email="new@shop.example"))
    workers.hear(*named(MAIL, 0))
    assert counted(workers) == {"anna": [], STRAYS["email"]: [1]}


def test_what_was_written_between_two_looks_is_healed_by_the_next_event():
    """The address was nobody's when the event was read, and somebody's when it was committed."""
    workers = shop().hear(*named(MAIL, 0))
    [stray] = workers.world.states.items()
    anna = shop().hear(told("anna", email=MAIL.email)).world
    world = workers.world
    world.states |= anna.states
    world.owners |= anna.owners
    assert counted(workers) == {"anna": [], stray[0]: [1]}
    workers.hear(*named(MAIL, 1))
    assert counted(workers) == {"anna": [2]}


OWN = {"anna": ("d1", "a@shop.example"), "bo": ("d2", "b@shop.example")}


@st.composite
def streams(draw):
    """What two people do, by id, device or address, and at least once say whose these are; in any order, in any batches."""
    said: list[Event] = []
    for who, (device, mail) in OWN.items():
        said += [told(who, T0 + 10, device=device), told(who, T0 + 11, email=mail)]
        ways = (Ref(id=who), Ref(anonymous_id=device), Ref(email=mail))
        for number in range(draw(st.integers(1, 4))):
            [page] = named(draw(st.sampled_from(ways)), number)
            said.append(replace(page, id=f"{who}-{number}"))
    order = draw(st.permutations(said))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=4)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True) if order[a:b]]


@given(streams())
@settings(max_examples=40, deadline=None)
def test_in_any_order_and_batches_it_is_the_same_people(stream):
    workers = shop()
    for batch in stream:
        workers.hear(*batch)
    heard = [one for batch in stream for one in batch if one.type != "identify"]
    pages_of = {who: sum(one.id.startswith(f"{who}-") for one in heard) for who in OWN}
    assert counted(workers) == {who: [number] for who, number in pages_of.items()}
    states = dict(workers.world.states)
    for batch in reversed(stream):  # and once more, as a redrive would
        workers.hear(*batch)
    assert counted(workers) == {who: [number] for who, number in pages_of.items()}
    assert workers.world.states.keys() == states.keys()


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_two_who_share_everything_stay_two_and_nothing_is_lost(data):
    ways = (Ref(id="anna"), Ref(id="bo"), Ref(anonymous_id="d1"), MAIL)
    said = [told(who, T0 + t, device="d1", email=MAIL.email) for t, who in enumerate(("anna", "bo"), 10)]
    for number in range(8):
        said += named(data.draw(st.sampled_from(ways)), number)
    workers = shop()
    for one in data.draw(st.permutations(said)):
        workers.hear(one)
    own = {who: sum(one.customer == Ref(id=who) for one in said) for who in ("anna", "bo")}
    kept = {who: sum(numbers) for who, numbers in counted(workers).items()}
    assert sum(kept.values()) == 8 and all(kept[who] >= number for who, number in own.items())
