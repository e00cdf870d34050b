"""Fan-outs under way, on the table of template.yaml: started once, moved by whoever has read them."""

from collections import Counter
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from kairos.adapters.dynamodb.due import DynamoDue
from kairos.adapters.dynamodb.fan_outs import DynamoFanOuts
from kairos.adapters.dynamodb.table import Table
from kairos.service.ports import Contended
from kairos.service.ports.fan_out import FanOut, FanOutRef
from tests.integration.adapters.making import HOUR, NOW

FROST = FanOut(
    "frost", "frost-1", NOW, {"type": "frost", "properties": {"region": "north"}}, "", ("attr:region:n", "tag:x")
)
DUE, KEPT = NOW + HOUR // 10, NOW + 30 * 24 * HOUR


@pytest.fixture
def fan_outs(table: Table) -> DynamoFanOuts:
    return DynamoFanOuts(table)


def started(fan_outs: DynamoFanOuts, fan_out: FanOut = FROST) -> FanOut:
    ref = fan_outs.start(fan_out, due=DUE, kept=KEPT)
    assert ref is not None
    found = fan_outs.read(ref)
    assert found is not None
    return found


def due(table: Table) -> list[tuple[int, Any]]:
    return list(DynamoDue(table).due(NOW + 999 * HOUR, 100))


def items_of(table: Table, key: str) -> dict[str, dict[str, Any]]:
    found = table.client.query(
        TableName=table.name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"F#{key}"}}
    )
    return {str(item["sk"]["S"]): dict(item) for item in found["Items"]}


FAN_OUTS = [
    FROST,
    FanOut("friday", "2026-06-05T09:00:00", NOW, {}, "2026-06-05T09:00:00", ("tag:vip",)),
    FanOut("", "plan@3", NOW),
    FanOut("frost", "å" * 2000, NOW, {"properties": {"much": "x" * 150_000}}, "", ("tag:x",)),
]


@pytest.mark.parametrize("fan_out", FAN_OUTS, ids=["external", "schedule", "everybody", "long"])
def test_what_is_started_is_read_back(fan_outs: DynamoFanOuts, fan_out: FanOut) -> None:
    found = started(fan_outs, fan_out)
    told = ("campaign", "id", "time", "event", "local", "places", "everybody")
    assert [getattr(found, name) for name in told] == [getattr(fan_out, name) for name in told]
    assert found.cursor == "" and found.key


def test_it_is_started_once_for_each_campaign_and_id(fan_outs: DynamoFanOuts) -> None:
    assert fan_outs.start(FROST, due=DUE, kept=KEPT)
    assert fan_outs.start(FROST, due=DUE + 1, kept=KEPT) is None
    assert fan_outs.start(FanOut("frost", "frost-2", NOW), due=DUE, kept=KEPT)
    assert fan_outs.start(FanOut("thaw", "frost-1", NOW), due=DUE, kept=KEPT)


def test_not_again_when_it_is_finished(fan_outs: DynamoFanOuts) -> None:
    found = started(fan_outs)
    assert fan_outs.finish(found)
    assert fan_outs.start(FROST, due=DUE, kept=KEPT) is None
    assert fan_outs.read(FanOutRef(found.key)) is None


def test_who_died_between_its_two_writes_is_followed_by_one_who_starts_it(
    fan_outs: DynamoFanOuts, table: Table
) -> None:
    key = started(fan_outs).key
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"F#{key}"}, "sk": {"S": "C"}})
    assert fan_outs.read(FanOutRef(key)) is None
    assert fan_outs.start(FROST, due=DUE, kept=KEPT) == FanOutRef(key)
    assert fan_outs.read(FanOutRef(key)) is not None


def test_what_was_never_started_is_none(fan_outs: DynamoFanOuts) -> None:
    assert fan_outs.read(FanOutRef("frost#frost-9")) is None


def test_it_is_due_until_it_is_finished_and_found_by_the_sweep(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs)
    assert due(table) == [(DUE, FanOutRef(found.key))]
    assert fan_outs.move(found, cursor="3/anna")
    assert due(table) == [(DUE, FanOutRef(found.key))], "a page costs no move in the index"
    at_anna = fan_outs.read(FanOutRef(found.key))
    assert at_anna is not None and fan_outs.move(at_anna, cursor="3/anna", due=DUE + 1)
    assert due(table) == [(DUE + 1, FanOutRef(found.key))]
    assert fan_outs.finish(at_anna)
    assert due(table) == []


def test_of_two_who_read_it_only_the_first_moves_or_finishes_it(fan_outs: DynamoFanOuts) -> None:
    ours = theirs = started(fan_outs)
    assert fan_outs.move(ours, cursor="1/bo")
    assert not fan_outs.move(theirs, cursor="0/anna")
    assert not fan_outs.move(theirs, cursor="0/anna", due=DUE + 1)
    assert not fan_outs.finish(theirs)
    now = fan_outs.read(FanOutRef(ours.key))
    assert now is not None and now.cursor == "1/bo"


def test_what_is_gone_cannot_be_moved(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs)
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"F#{found.key}"}, "sk": {"S": "C"}})
    assert not fan_outs.move(found, cursor="1/bo")
    assert not fan_outs.finish(found)
    assert items_of(table, found.key).keys() == {"W"}, "and does not come back half"


def test_both_items_live_as_long_as_it_is_remembered(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs)
    fan_outs.move(found, cursor="1/bo", due=DUE)
    lives = {name: item["ttl"]["N"] for name, item in items_of(table, found.key).items()}
    assert lives == {"W": str(KEPT // 1000), "C": str(KEPT // 1000)}


def test_a_page_is_not_billed_for_the_event(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs, FAN_OUTS[-1])
    fan_outs.move(found, cursor="1/bo")
    assert len(str(items_of(table, found.key)["C"])) < 5_000 < 150_000 < len(str(items_of(table, found.key)["W"]))


def test_what_it_costs(fan_outs: DynamoFanOuts, requests: Counter[str]) -> None:
    found = started(fan_outs)
    assert requests == {"PutItem": 2, "BatchGetItem": 1}
    requests.clear()
    fan_outs.move(found, cursor="1/bo")
    assert requests == {"UpdateItem": 1}


CONFLICT = "TransactionConflictException"


def test_a_move_in_conflict_is_tried_again(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs)
    with Stubber(table.client) as stub:
        stub.add_client_error("update_item", CONFLICT)
        stub.add_response("update_item", {}, dict.fromkeys(WRITTEN, ANY))
        assert fan_outs.move(found, cursor="1/bo")


WRITTEN = (
    "TableName", "Key", "UpdateExpression", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"
)  # fmt: skip


def test_endless_conflict_is_told(fan_outs: DynamoFanOuts, table: Table) -> None:
    found = started(fan_outs)
    with Stubber(table.client) as stub:
        for _ in range(3):
            stub.add_client_error("update_item", CONFLICT)
        with pytest.raises(Contended):
            fan_outs.move(found, cursor="1/bo")


def test_a_start_that_is_forbidden_is_not_taken_for_one_that_took_place(fan_outs: DynamoFanOuts, table: Table) -> None:
    with Stubber(table.client) as stub:
        stub.add_client_error("put_item", "AccessDeniedException")
        with pytest.raises(Exception, match="AccessDenied"):
            fan_outs.start(FROST, due=DUE, kept=KEPT)
