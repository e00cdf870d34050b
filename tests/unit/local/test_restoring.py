"""Putting a table back: what the archive tells is missing, what is told again, and a state that will not stand still."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from local.clock import parse_moment
from local.commands.restore import unfit
from local.restoring import AT_ONCE, Busy, Restoring


class Table:
    """A client of DynamoDB that writes down what it is asked to put, and refuses transactions if told so."""

    def __init__(self, backup=(), live=(), *, moving=False):
        self.tables = {"backup": backup, "live": live}
        self.backup, self.moving, self.puts, self.tries = backup, moving, {}, 0
        self.transactions = []

    def get_paginator(self, operation):
        return self

    def paginate(self, **_):
        return [{"Items": self.backup}]

    def get_item(self, **asked):
        name, key = asked["TableName"], items.identity(asked["Key"])
        found = [item for item in self.tables[name] if items.identity(item) == key]
        return {"Item": found[0]} if found else {}

    def put_item(self, **asked):
        assert (asked["TableName"], asked["ConditionExpression"]) == ("live", "attribute_not_exists(pk)")
        self.puts[asked["Item"]["pk"]["S"], asked["Item"]["sk"]["S"]] = asked["Item"]

    def transact_write_items(self, **asked):
        self.tries += 1
        self.transactions.append(asked["TransactItems"])
        if self.moving:
            raise ClientError({"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems")


def record(outcome, message="", reason="", **more):
    told = {"time": 1, "customer": "ada", "campaign": "cart", "key": "k", "outcome": outcome, "reason": reason}
    return {"record": told | ({"message": message} if message else {}) | more}


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["sent"], "sent"),
        (["in_doubt"], "given_up"),
        (["in_doubt", "sent"], "sent"),
        (["sent", "in_doubt"], "sent"),
        (["refused"], "refused"),
        (["deferred"], None),
    ],
)
def test_a_message_is_written_down_as_what_became_of_it(outcomes, status):
    table = Table()
    count = Restoring(table, "live", "backup").write_down(record(outcome, "m1") for outcome in outcomes)
    assert count == (0 if status is None else 1)
    assert [item["status"]["S"] for item in table.puts.values()] == ([] if status is None else [status])
    assert all("due_at" not in item for item in table.puts.values())


def test_an_entry_is_written_down_once_and_a_refusal_of_one_not_at_all():
    table = Table()
    lines = [record("entered"), record("entered"), record("refused", reason="cooldown"), {"event": {}}]
    assert Restoring(table, "live", "backup").write_down(lines) == 1
    assert list(table.puts) == [("C#ada", "E#cart#k")]


@pytest.mark.parametrize(
    "behind",
    [
        record("refused", reason="duplicate", event="e1"),
        record("refused", reason="frequency_cap", step="send.hello"),
        record("deferred", reason="quiet_hours", step="send.hello"),
        record("left", reason="finished"),
        record("goal"),
    ],
    ids=lambda line: line["record"]["outcome"],
)
def test_an_entry_whose_record_was_lost_is_known_by_what_comes_behind_it(behind):
    table = Table()
    assert Restoring(table, "live", "backup").write_down([behind, behind]) == 1
    assert list(table.puts) == [("C#ada", "E#cart#k")]


def test_of_an_entry_what_is_known_best_stands():
    again = record("refused", reason="duplicate", event="e1")
    for lines in ([again, record("entered", reason="holdout")], [record("entered", reason="holdout"), again]):
        table = Table()
        assert Restoring(table, "live", "backup").write_down(lines) == 1
        assert items.to_entry(table.puts["C#ada", "E#cart#k"]).control


def test_each_event_received_since_is_told_again_once():
    lines = [{"event": {"id": f"e{n % 700}", "received": n % 700}} for n in range(1_400)]
    told = list(Restoring(Table(), "live", "backup").events([*lines, record("entered")], since=100))
    assert [len(bodies) for bodies in told] == [AT_ONCE, 100]
    assert {body["event"]["id"] for bodies in told for body in bodies} == {f"e{n}" for n in range(100, 700)}


def test_a_state_that_moves_with_every_look_is_said_so():
    state = {"pk": {"S": "C#ada"}, "sk": {"S": "S"}, "version": {"N": "3"}, "guard": {"N": "0"}}
    table = Table([state], moving=True)
    with pytest.raises(Busy):
        list(Restoring(table, "live", "backup").copy())
    assert table.tries == 5


def test_profiles_go_with_their_states_and_the_kill_switch_stays_as_it_is():
    rows = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in (("C#ada", "P"), ("K", "control"), ("K", "since"))]
    table = Table(rows)
    assert list(Restoring(table, "live", "backup").copy()) == ["other"]
    assert list(table.puts) == [("K", "since")]


@pytest.mark.parametrize("known", [True, False], ids=["a profile in the backup", "none in the backup"])
def test_no_profile_of_since_stays_beside_a_state_that_is_put_back(known):
    """Whoever read both would take them for a commit under way, and wait for its end for ever."""
    profile = {"pk": {"S": "C#ada"}, "sk": {"S": "P"}, "version": {"N": "2"}}
    state = {"pk": {"S": "C#ada"}, "sk": {"S": "S"}, "version": {"N": "3"}, "guard": {"N": "0"}}
    table = Table([state | {"profiled": {"N": "2"}}, profile] if known else [state])
    assert list(Restoring(table, "live", "backup").copy()) == ["state"]
    [[_, beside]] = table.transactions
    gone = {"Delete": {"TableName": "live", "Key": {"pk": {"S": "C#ada"}, "sk": {"S": "P"}}}}
    assert beside == ({"Put": {"TableName": "live", "Item": profile}} if known else gone)


@pytest.mark.parametrize(("forgotten", "heir"), [("ada", "bob"), ("eve", "ada")])
def test_a_device_whose_heir_was_forgotten_names_whose_it_is_since(forgotten, heir):
    device = {"pk": {"S": "C#anonymous:d"}, "sk": {"S": "S"}, "version": {"N": "3"}, "guard": {"N": "0"}}
    table = Table([device | {"moved": {"S": "bob"}, "heir": {"S": "ada"}}])
    list(Restoring(table, "live", "backup", lambda who: who == forgotten).copy())
    [[put, _]] = table.transactions
    assert put["Put"]["Item"]["heir"] == {"S": heir}


def a_state(who, **more):
    numbers = {"version": {"N": "3"}, "guard": {"N": "0"}}
    return {"pk": {"S": f"C#{who}"}, "sk": {"S": "S"}, **numbers} | {name: {"S": text} for name, text in more.items()}


@pytest.mark.parametrize(
    ("since", "backup", "forgotten", "put_back"),
    [
        ({"ada": ""}, ["ada", "d"], "", ["C#ada", "C#d"]),
        ({"ada": ""}, ["d"], "", []),
        ({"ada": "eve", "eve": ""}, ["ada", "d"], "", []),
        ({"ada": "eve", "eve": ""}, ["eve", "d"], "", ["C#d", "C#eve"]),
        ({"ada": ""}, ["ada", "d"], "ada", []),
        ({"ada": "d"}, ["d"], "", []),
    ],
    ids=[
        "whose heir comes back", "whose heir the backup does not know", "whose heir's heir it does not know",
        "whose heir's heir comes back", "whose heir was forgotten and came anew", "in a circle, which there is not",
    ],
)  # fmt: skip
def test_a_device_stays_with_an_heir_who_stays_as_they_are(since, backup, forgotten, put_back):
    """Or what they have of it would be theirs twice when they are told again to be one."""
    heirs = {"d": "ada", **since}
    live = [a_state(who, **({"heir": heir, "moved": heir} if heir else {})) for who, heir in heirs.items()]
    table = Table([a_state(who) for who in backup], live)
    list(Restoring(table, "live", "backup", lambda who: who == forgotten).copy())
    assert sorted(put["Put"]["Item"]["pk"]["S"] for [put, _] in table.transactions) == put_back


HALF_PAST_EIGHT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "at", "wrong"),
    [
        ({"TableStatus": "ACTIVE"}, "2026-05-04T08:30:00Z", ""),
        ({"TableStatus": "ACTIVE", "RestoreSummary": {"RestoreDateTime": HALF_PAST_EIGHT}}, "2026-05-04T08:30:00.400Z", ""),
        ({"TableStatus": "ACTIVE", "RestoreSummary": {"RestoreDateTime": HALF_PAST_EIGHT}}, "2026-05-04T08:20:00Z", ""),
        (
            {"TableStatus": "ACTIVE", "RestoreSummary": {"RestoreDateTime": HALF_PAST_EIGHT}}, "2026-05-04T08:31:00Z",
            "--at: backup was recovered to 2026-05-04T08:30:00Z, which is before",
        ),
        (
            {"TableStatus": "CREATING"}, "2026-05-04T08:30:00Z",
            "--from: backup is CREATING: aws dynamodb wait table-exists --table-name backup",
        ),
    ],
    ids=["no recovery", "that moment", "before it", "after it", "not there yet"],
)  # fmt: skip
def test_a_backup_is_of_the_moment_that_it_is_put_back_to(table, at, wrong):
    assert unfit({"TableName": "backup", **table}, parse_moment(at)) == wrong
