"""Events and their contracts: told, counted, put aside; over each door."""

import json
import logging

import pytest

from kairos.adapters.contracts import SchemaContracts
from kairos.domain.contracts import MODE, contracts
from kairos.domain.events import Event, Ref
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent
from kairos.service.agreed import Agreed
from kairos.service.hearing import Hearing
from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from kairos.service.ports import QueueRefused
from tests.fakes import FakeQueues, World, keys_of

WRITE = {"x-api-key": "write-key"}
TOTAL = {"required": ["total"], "properties": {"total": {"type": "number", "minimum": 0}}}
AGREED = {"order.placed": TOTAL | {MODE: "reject"}, "cart.updated": TOTAL, "page.viewed": TOTAL | {MODE: "off"}}
GOOD, BAD = {"total": 5}, {"total": "five"}


def agreed(tally=None):
    return Agreed(SchemaContracts(contracts(AGREED)), tally or Tally())


def door(world, tally=None, queues=None):
    return Ingest(queues or FakeQueues(world), keys_of(world.clock), world.clock, world.ids, tally or Tally(),
                  agreed=agreed(tally))  # fmt: skip


def heard(text):
    [said] = Hearing(agreed=agreed())(text, 0)
    assert isinstance(said, Event)
    return said


def event(kind, properties=BAD):
    return {"type": kind, "id": kind, "customer": "ada", "properties": properties}


def post(told, **more):
    what = door(**more)(WRITE, json.dumps(told).encode())
    return what.status, json.loads(what.body)


@pytest.mark.parametrize(
    ("kind", "properties", "field", "message"),
    [
        ("order.placed", {}, "properties.total", "is required"),
        ("order.placed", BAD, "properties.total", 'is not of type "number"'),
        ("cart.updated", {"total": -1}, "properties.total", "is less than the minimum of 0"),
        ("cart.updated", GOOD, None, None),
        ("page.viewed", BAD, None, None),
        ("nothing.agreed", BAD, None, None),
    ],
)
def test_the_first_thing_that_is_otherwise_is_named_without_its_value(kind, properties, field, message):
    found = SchemaContracts(contracts(AGREED)).breach(
        Event("e", kind, 0, 0, customer=Ref(id="ada"), properties=properties)
    )
    assert (found and found.field, found and found.message) == (field, message)


def test_one_that_only_warns_is_taken_and_its_sender_told():
    world, tally = World(), Tally()
    status, body = post([event("cart.updated"), event("cart.updated", GOOD)], world=world, tally=tally)
    assert (status, body["accepted"], len(world.events), world.rejected) == (202, 2, 2, [])
    assert body["warnings"] == [{"index": 0, "message": 'is not of type "number"', "field": "properties.total"}]
    assert tally.drain()[0]["ContractWarned", "cart.updated"] == 1


def test_one_that_rejects_is_told_and_put_aside_so_that_it_can_be_replayed():
    world, tally = World(), Tally()
    status, body = post([event("order.placed"), event("order.placed", GOOD)], world=world, tally=tally)
    assert (status, body["accepted"], "warnings" in body) == (202, 1, False)
    [told], [aside] = body["rejected"], world.rejected
    assert (told["index"], told["id"], told["code"], told["field"]) == (
        0,
        "order.placed",
        "contract",
        "properties.total",
    )
    assert (aside["reason"], aside["field"], aside["message"]) == ("contract", told["field"], told["message"])
    again = heard(aside["body"])
    assert (again.id, again.properties, again.received) == ("order.placed", BAD, world.now)
    assert tally.drain()[0]["ContractRejected", "order.placed"] == 1


def test_all_of_a_list_rejected_is_400_and_nothing_of_it_is_lost():
    world = World()
    status, body = post(event("order.placed"), world=world)
    assert (status, body["code"], body["field"], len(world.rejected)) == (400, "contract", "properties.total", 1)


def test_what_cannot_be_put_aside_is_told_all_the_same():
    class Full(FakeQueues):
        def put_rejected(self, bodies):
            raise QueueRefused(range(len(bodies)))

    world = World()
    status, body = post([event("order.placed"), event("cart.updated", GOOD)], world=world, queues=Full(world))
    assert (status, body["accepted"], body["rejected"][0]["code"]) == (202, 1, "contract")


@pytest.mark.parametrize(("batch", "status"), [([BAD], 400), ([BAD, GOOD], 200)])
def test_over_segment_s_routes_it_is_put_aside_too(batch, status):
    world = World()
    messages = [
        {"type": "track", "event": "order.placed", "userId": "ada", "messageId": f"m{n}", "properties": properties}
        for n, properties in enumerate(batch)
    ]
    answer = door(world).segment("batch", WRITE, json.dumps({"batch": messages}).encode())
    assert (answer.status, len(world.events), len(world.rejected)) == (status, len(batch) - 1, 1)
    assert json.loads(world.rejected[0]["body"])["event"]["id"] == "m0"


def envelope(kind, properties=BAD):
    detail = {"id": "e-1", "customer": "ada", "properties": properties}
    return json.dumps({"id": "env", "source": "shop", "detail-type": kind, "detail": detail})


def test_what_comes_by_the_bus_is_held_against_it_when_it_is_heard():
    assert heard(envelope("cart.updated")).properties == BAD
    with pytest.raises(BadEvent) as refused:
        heard(envelope("order.placed"))
    assert (refused.value.code, refused.value.field) == ("contract", "properties.total")


def test_what_a_door_of_ours_has_seen_is_not_looked_at_again():
    seen = {"kairos": "event", "event": canonical.to_dict(Event("e", "order.placed", 0, 0, properties=BAD))}
    assert heard(json.dumps(seen)).properties == BAD


def test_a_rule_that_is_not_kept_is_logged_once_and_without_a_value(caplog):
    hear = Hearing(agreed=agreed())
    with caplog.at_level(logging.WARNING):
        for total in ("secret-1", "secret-2"):
            hear(envelope("cart.updated", {"total": total}), 0)
    assert [record.getMessage() for record in caplog.records] == [
        "contract of cart.updated not kept: properties/total/type"
    ]
