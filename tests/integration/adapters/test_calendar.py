"""What the calendar has seen to, on the table of template.yaml: one item, moved by whoever has read it."""

from collections import Counter
from dataclasses import asdict, replace

import orjson
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.calendar import DynamoCalendar
from kairos.adapters.dynamodb.control import DynamoControl
from kairos.adapters.dynamodb.table import Table
from kairos.service.ports import Control
from kairos.service.ports.fan_out import CalendarStore, Looked
from tests.integration.adapters.making import HOUR, NOW

FIRST = Looked(NOW, "plan-1", "plan-2", NOW - HOUR, 3, ("friday at(2026-06-03T09:00:00)",))
DUE = NOW + HOUR


@pytest.fixture
def calendar(table: Table) -> CalendarStore:
    return DynamoCalendar(table)


def item(table: Table) -> dict[str, dict[str, str]]:
    return dict(table.client.get_item(TableName=table.name, Key=items.control_key("calendar"))["Item"])  # type: ignore[arg-type] # as it is


def test_nobody_has_looked_at_first(calendar: CalendarStore) -> None:
    assert calendar.looked() == Looked()


def test_what_was_seen_to_is_read_back(calendar: CalendarStore) -> None:
    assert calendar.look(Looked(), FIRST, due=DUE)
    assert calendar.looked() == FIRST


LATER = replace(FIRST, at=NOW + 60_000)
WHO = [
    ("who read what stands", FIRST, True),
    ("who read it before the first look", Looked(), False),
    ("who read an earlier look", replace(FIRST, at=NOW - 60_000), False),
    ("who read a later one, on a table that was restored", LATER, False),
]


@pytest.mark.parametrize(("who", "before", "may"), WHO, ids=[row[0] for row in WHO])
def test_only_who_read_the_last_look_may_note_the_next(
    calendar: CalendarStore, who: str, before: Looked, may: bool
) -> None:
    calendar.look(Looked(), FIRST, due=None)
    assert calendar.look(before, LATER, due=None) is may
    assert calendar.looked() == (LATER if may else FIRST)


def test_of_two_sweeps_that_read_the_same_one_notes(calendar: CalendarStore) -> None:
    calendar.look(Looked(), FIRST, due=None)
    noted = [calendar.look(FIRST, replace(LATER, changes=n), due=None) for n in (4, 5)]
    assert (noted, calendar.looked().changes) == ([True, False], 4)


def test_of_two_first_sweeps_one_notes(calendar: CalendarStore) -> None:
    assert [calendar.look(Looked(), replace(FIRST, changes=n), due=None) for n in (1, 2)] == [True, False]


@pytest.mark.parametrize("due", [DUE, None])
def test_when_there_will_be_something_to_see_to_is_noted_or_taken_away(
    calendar: CalendarStore, table: Table, due: int | None
) -> None:
    calendar.look(Looked(), FIRST, due=NOW + 1)
    calendar.look(FIRST, LATER, due=due)
    assert item(table).get("due_at") == (None if due is None else {"N": str(due)})
    assert ("due_shard" in item(table)) is (due is not None)


def test_what_newer_code_has_noted_besides_is_left_aside(calendar: CalendarStore, table: Table) -> None:
    body = orjson.dumps({**asdict(FIRST), "tides": [1, 2]})
    table.client.put_item(
        TableName=table.name,
        Item={**items.control_key("calendar"), "looked": {"N": str(NOW)}, "body": {"B": body}},
    )
    assert calendar.looked() == FIRST
    assert calendar.look(FIRST, LATER, due=None)


def test_the_kill_switch_beside_it_stays(calendar: CalendarStore, table: Table) -> None:
    control = DynamoControl(table)
    control.stop("campaign:frost")
    calendar.look(Looked(), FIRST, due=DUE)
    assert control.control() == Control(frozenset({"campaign:frost"}))


def test_a_look_is_one_read_and_one_write(calendar: CalendarStore, requests: Counter[str]) -> None:
    calendar.look(calendar.looked(), FIRST, due=DUE)
    assert requests == {"BatchGetItem": 1, "PutItem": 1}


def test_a_look_that_is_forbidden_is_not_taken_for_one_that_came_too_late(
    calendar: CalendarStore, table: Table
) -> None:
    with Stubber(table.client) as stub:
        stub.add_client_error("put_item", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            calendar.look(Looked(), FIRST, due=None)
