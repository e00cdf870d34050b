"""An address that changes hands: what the decision has to write beside the state."""

from dataclasses import replace

import pytest

from kairos.domain.decide import decide
from kairos.domain.effects import Decision, DropOwner, PutOwner, PutTombstone
from kairos.domain.events import Ref
from kairos.domain.state import Customer, State
from tests.unit.domain.shop import HOUR, T0, address_hash, catalog, event

ADA = f"email#{address_hash('email', 'ada@shop.example')}"
BOB = f"email#{address_hash('email', 'bob@shop.example')}"
NUMBER = f"sms#{address_hash('sms', '+4520123456')}"
ENDPOINT = f"push#{address_hash('push', 'arn:1')}"

NOBODY = Customer.unknown("anna")
CATALOG = catalog()


def said(time, **addresses):
    return event("kairos.customer", time, own=True, addresses=addresses)


def heard(customer, *events, others=()):
    """The last decision, and who they are then."""
    decision = Decision(customer)
    for one in events:
        decision = decide(customer, one, CATALOG, one.received, others)
        after = decision.customer
        version = after.state.version + decision.changed
        state = State.unpack(after.state.pack(), version=version, guard=after.state.guard)
        customer = replace(after, state=state)
    return decision, customer


def owners(decision):
    return [e for e in decision.effects if isinstance(e, PutOwner | DropOwner)]


@pytest.mark.parametrize(
    ("told", "effects"),
    [
        ([{"email": "ada@shop.example"}], [PutOwner(ADA)]),
        ([{"email": "ada@shop.example", "phone": "+4520123456"}], [PutOwner(ADA), PutOwner(NUMBER)]),
        ([{"email": "ada@shop.example"}, {"email": "ADA@shop.example "}], []),
        ([{"email": "ada@shop.example"}, {"email": "bob@shop.example"}], [PutOwner(BOB), DropOwner(ADA)]),
        ([{"email": "ada@shop.example"}, {"email": None}], [DropOwner(ADA)]),
        ([{"email": None}], []),
        ([{"push": [{"token": "t", "platform": "fcm", "arn": "arn:1"}]}], [PutOwner(ENDPOINT)]),
    ],
    ids=["first", "two", "the same, written otherwise", "another", "taken away", "never had one", "push"],
)
def test_the_last_word_moves_these(told, effects):
    decision, _ = heard(NOBODY, *(said(T0 + n * HOUR, **addresses) for n, addresses in enumerate(told)))
    assert owners(decision) == effects


def test_a_late_word_on_an_address_moves_nothing():
    decision, _ = heard(NOBODY, said(T0 + HOUR, email="ada@shop.example"), said(T0, email="bob@shop.example"))
    assert owners(decision) == []


def test_what_is_no_address_moves_nothing():
    other = event("kairos.customer", T0 + HOUR, own=True, attributes={"backend": {"x": 1}})
    decision, _ = heard(NOBODY, said(T0, email="ada@shop.example"), other)
    assert owners(decision) == []


@pytest.mark.parametrize(
    ("mine", "gained"), [({}, [PutOwner(BOB)]), ({"email": "ada@shop.example"}, [])], ids=["has none", "has one"]
)
def test_who_identifies_a_device_is_found_by_its_address_unless_they_have_one(mine, gained):
    _, device = heard(Customer.unknown("anonymous:d1"), said(T0, email="bob@shop.example"))
    _, anna = heard(NOBODY, said(T0, phone="+4520123456", **mine))
    identified = replace(event("identify", T0 + HOUR), customer=Ref(id="anna", anonymous_id="d1"))
    decision, _ = heard(anna, identified, others=(device,))
    (gone,) = [e for e in decision.effects if isinstance(e, PutTombstone)]
    assert (gone.addresses, owners(decision)) == ((BOB,), gained)
