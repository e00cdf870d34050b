"""The kill switch, circuits, beginnings of counting and the index, on the table of template.yaml."""

import pytest

from kairos.adapters.dynamodb.control import DynamoControl
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.due import DynamoDue
from kairos.domain.state import Customer
from kairos.service.ports import Control, ControlStore
from tests.integration.adapters.making import NOW, after


@pytest.fixture
def control(table) -> ControlStore:
    return DynamoControl(table)


def test_nothing_is_stopped_at_first(control):
    assert control.control() == Control()


def test_stops_are_taken_back_one_by_one(control):
    for what in ("all", "campaign:welcome", "channel:sms"):
        control.stop(what)
    assert control.control().stops == {"all", "campaign:welcome", "channel:sms"}
    control.resume("all")
    control.resume("channel:sms")
    assert control.control().stops == {"campaign:welcome"}
    control.resume("campaign:welcome")
    assert control.control() == Control()


def test_an_open_circuit_holds_its_channel_until_its_moment(control):
    control.open_circuit("email", NOW + 60)
    known = control.control()
    assert known.holds("welcome", "email", NOW, transactional=True)
    assert not known.holds("welcome", "sms", NOW, transactional=True)
    assert not known.holds("welcome", "email", NOW + 60, transactional=True)


def test_marketing_alone_may_be_stopped_and_may_wait(control):
    for hold in (lambda: control.stop("marketing:email"), lambda: control.open_circuit("marketing:email", NOW + 60)):
        hold()
        known = control.control()
        assert known.holds("welcome", "email", NOW, transactional=False)
        assert not known.holds("welcome", "email", NOW, transactional=True)
        assert not known.holds("welcome", "sms", NOW, transactional=False)
        control.resume("marketing:email")
        assert control.control() == Control()


def test_resuming_a_channel_closes_its_circuit(control):
    control.open_circuit("email", NOW + 60)
    control.resume("channel:email")
    assert control.control() == Control()


def test_counting_begins_when_first_asked_for_and_stays(control, requests):
    assert control.since(["a", "b"], 1) == {"a": 1, "b": 1}
    assert control.since(["b", "c"], 2) == {"b": 1, "c": 2}
    requests.clear()
    assert control.since(["a", "b", "c"], 3) == {"a": 1, "b": 1, "c": 2}
    assert requests == {"BatchGetItem": 1}


def test_hundreds_of_things_can_be_counted(control):
    keeps = [f"keep-{n}" for n in range(250)]
    assert control.since(keeps, 5) == dict.fromkeys(keeps, 5)


def test_everything_due_is_found_across_shards_but_no_more_than_asked_for(table):
    customers, ids = DynamoCustomers(table), [f"c-{n}" for n in range(60)]
    for n, who in enumerate(ids):
        nobody = Customer.unknown(who)
        customers.commit(nobody, after(nobody, due=NOW + n), (), "w")
    assert {what for _, what in DynamoDue(table).due(NOW + 59, 100)} == set(ids)
    assert {what for _, what in DynamoDue(table).due(NOW + 9, 100)} == set(ids[:10])
    assert {what for _, what in DynamoDue(table).due(NOW + 59, 1)} < set(ids)  # one a shard
