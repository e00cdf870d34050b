"""The audience index on the table of template.yaml: a superset in any order of its writes, paged through by a cursor."""

from itertools import permutations
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from kairos.adapters.dynamodb.audience import DynamoAudience, drop_place, place_key, put_place
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.items import SHARDS, shard
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import DropPlace, PutPlace
from kairos.domain.state import Customer
from kairos.service.ports import Contended, StateMoved
from kairos.service.ports.fan_out import FanOut
from tests.integration.adapters.making import NOW, after

NORTH, VIP = 'attr:region:"north"', "tag:vip"
PEOPLE = [f"c-{n:03}" for n in range(40)]


def fan_out(*places: str, cursor: str = "") -> FanOut:
    return FanOut("frost", "f1", NOW, places=places, cursor=cursor)


def pages(table: Table, *places: str, size: int = 7, cursor: str = "") -> list[tuple[list[str], str]]:
    return [(list(who), to) for who, to in DynamoAudience(table).pages(fan_out(*places, cursor=cursor), size)]


def standing(table: Table, *places: str, cursor: str = "") -> list[str]:
    return [who for page, _ in pages(table, *places, cursor=cursor) for who in page]


def version(table: Table, place: str, who: str) -> int | None:
    item = table.client.get_item(TableName=table.name, Key=place_key(place, who)).get("Item")
    return int(item["version"]["N"]) if item else None


WRITES = [
    # why, the writes that arrive, the version that stands in the end
    ("a first put", ["put 5"], 5),
    ("a newer one", ["put 5", "put 9"], 9),
    ("an older one that comes late", ["put 9", "put 5"], 9),
    ("the same again", ["put 5", "put 5"], 5),
    ("dropped by the state that follows", ["put 5", "drop 7"], None),
    ("dropped by its own", ["put 5", "drop 5"], None),
    ("a drop that comes late: a newer state has put it there again", ["put 9", "drop 7"], 9),
    ("the drop of an older state, between", ["put 5", "drop 7", "put 9"], 9),
    ("a drop of what is not there", ["drop 7"], None),
    ("a put that comes after its drop stays: the index is a superset", ["drop 7", "put 5"], 5),
]


def write(table: Table, what: str) -> None:
    word, number = what.split()
    (put_place if word == "put" else drop_place)(table, NORTH, "anna", int(number))


@pytest.mark.parametrize(("why", "writes", "stands"), WRITES, ids=[row[0] for row in WRITES])
def test_a_place_belongs_to_the_newest_state_that_was_put_there(
    table: Table, why: str, writes: list[str], stands: int | None
) -> None:
    for one in writes:
        write(table, one)
    assert version(table, NORTH, "anna") == stands


@pytest.mark.parametrize("order", list(permutations(["put 5", "drop 7", "put 9"])), ids=" ".join)
def test_in_any_order_a_newer_put_is_never_removed(table: Table, order: tuple[str, ...]) -> None:
    for one in order:
        write(table, one)
    assert version(table, NORTH, "anna") == 9


CONFLICT = "TransactionConflictException"


def test_a_put_in_conflict_is_tried_again(table: Table) -> None:
    with Stubber(table.client) as stub:
        stub.add_client_error("put_item", CONFLICT)
        stub.add_response("put_item", {})
        put_place(table, NORTH, "anna", 5)
        stub.assert_no_pending_responses()


def test_a_put_in_endless_conflict_is_told_before_anything_is_committed(table: Table) -> None:
    with Stubber(table.client) as stub:
        for _ in range(3):
            stub.add_client_error("put_item", CONFLICT)
        with pytest.raises(Contended):
            put_place(table, NORTH, "anna", 5)


def test_a_put_that_is_forbidden_is_no_conflict(table: Table) -> None:
    with Stubber(table.client) as stub:
        stub.add_client_error("put_item", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            put_place(table, NORTH, "anna", 5)


@pytest.mark.parametrize("code", [CONFLICT, "InternalServerError", "AccessDeniedException"])
def test_a_drop_that_fails_leaves_a_superset_and_says_nothing(table: Table, code: str) -> None:
    put_place(table, NORTH, "anna", 5)
    with Stubber(table.client) as stub:
        stub.add_client_error("delete_item", code)
        drop_place(table, NORTH, "anna", 7)
    assert version(table, NORTH, "anna") == 5


def test_a_customer_is_put_there_before_and_dropped_behind_the_commit(table: Table, aws: Any) -> None:
    customers, made = DynamoCustomers(table), []
    aws.dynamodb.meta.events.register("before-call.dynamodb.*", lambda model, **_: made.append(model.name))
    nobody = Customer.unknown("anna")
    customers.commit(nobody, after(nobody, newest=1), (PutPlace(NORTH), PutPlace(VIP)), "w1")
    known = customers.read(["anna"])["anna"]
    customers.commit(known, after(known, newest=2), (DropPlace(NORTH), PutPlace(VIP)), "w2")
    assert made == ["PutItem"] * 3 + ["BatchGetItem"] + ["PutItem", "PutItem", "DeleteItem"]
    assert (version(table, NORTH, "anna"), version(table, VIP, "anna")) == (None, 2)


def test_of_two_words_on_one_place_in_a_batch_the_later_counts(table: Table) -> None:
    customers, nobody = DynamoCustomers(table), Customer.unknown("anna")
    words = (PutPlace(NORTH), DropPlace(NORTH), DropPlace(VIP), PutPlace(VIP))
    customers.commit(nobody, after(nobody, newest=1), words, "w1")
    assert (version(table, NORTH, "anna"), version(table, VIP, "anna")) == (None, 1)


def test_who_commits_too_late_stands_there_all_the_same_and_nobody_is_dropped(table: Table) -> None:
    customers, nobody = DynamoCustomers(table), Customer.unknown("anna")
    customers.commit(nobody, after(nobody, newest=1), (PutPlace(NORTH),), "w1")
    with pytest.raises(StateMoved):
        customers.commit(nobody, after(nobody, newest=2), (PutPlace(VIP), DropPlace(NORTH)), "w2")
    assert (version(table, NORTH, "anna"), version(table, VIP, "anna")) == (1, 1)


@pytest.fixture
def placed(table: Table) -> Table:
    """Forty in the north, every fourth of them a VIP too, and one VIP elsewhere."""
    for n, who in enumerate(PEOPLE):
        put_place(table, NORTH, who, 1)
        if n % 4 == 0:
            put_place(table, VIP, who, 1)
    put_place(table, VIP, "zoe", 1)
    return table


def test_those_people_stand_in_many_shards() -> None:
    assert len({shard(who) for who in PEOPLE}) > SHARDS / 2


@pytest.mark.parametrize("size", [1, 2, 7, 40, 100])
def test_everybody_is_paged_through_once_in_pages_of_that_size(placed: Table, size: int) -> None:
    found = [who for who, _ in pages(placed, NORTH, size=size)]
    assert sorted(who for page in found for who in page) == PEOPLE
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1) and 0 < len(found[-1]) <= size


def test_who_stands_in_several_places_comes_once(placed: Table) -> None:
    found = standing(placed, NORTH, VIP)
    assert sorted(found) == [*PEOPLE, "zoe"] and len(found) == len(set(found))


@pytest.mark.parametrize("places", [(NORTH,), (VIP,), (NORTH, VIP)], ids=["one", "another", "both"])
def test_from_any_cursor_on_it_goes_on_behind_it(placed: Table, places: tuple[str, ...]) -> None:
    found = pages(placed, *places, size=3)
    everybody = [who for page, _ in found for who in page]
    for number, (_, cursor) in enumerate(found, 1):
        assert standing(placed, *places, cursor=cursor) == everybody[3 * number :], cursor


def test_who_joins_ahead_of_a_cursor_is_found_and_who_joins_behind_it_is_not(placed: Table) -> None:
    half = pages(placed, NORTH, size=20)[0][1]
    before, last = standing(placed, NORTH, cursor=half), half.split("/")
    new = [f"new-{n}" for n in range(30)]
    for who in new:
        put_place(placed, NORTH, who, 1)
    ahead = [who for who in new if (int(shard(who)), who) > (int(last[0]), last[1])]
    assert 0 < len(ahead) < len(new)
    assert sorted(standing(placed, NORTH, cursor=half)) == sorted([*before, *ahead])


def test_a_place_nobody_stands_in_has_no_page(placed: Table) -> None:
    assert pages(placed, "tag:nobody") == []


def test_a_cursor_keeps_an_id_that_looks_like_one(table: Table) -> None:
    ids = ["a/b", "a/b/c", "1/a", "ø/å", "a#b", "😀", "￿"]
    for who in ids:
        put_place(table, NORTH, who, 1)
    found = pages(table, NORTH, size=1)
    assert sorted(who for page, _ in found for who in page) == sorted(ids)
    for number, (_, cursor) in enumerate(found, 1):
        assert standing(table, NORTH, cursor=cursor) == [who for page, _ in found[number:] for who in page]


def test_what_is_too_long_to_be_a_key_is_found_all_the_same(table: Table) -> None:
    long = [f"{n}{'å' * 1100}" for n in range(5)]
    for who in long:
        put_place(table, NORTH, who, 1)
        put_place(table, "tag:" + "x" * 3000, who, 1)
    assert sorted(standing(table, NORTH)) == long
    assert sorted(standing(table, "tag:" + "x" * 3000)) == long
    drop_place(table, NORTH, long[0], 2)
    assert sorted(standing(table, NORTH)) == long[1:]


def test_more_than_a_query_answers_at_once_is_read_on(table: Table) -> None:
    """Pages of 2 out of one shard of 20: ten queries and one that finds nothing more."""
    crowd = [who for n in range(2000) if shard(who := f"x{n}") == "3"][:20]
    for who in crowd:
        put_place(table, NORTH, who, 1)
    assert [len(who) for who, _ in pages(table, NORTH, size=2)] == [2] * 10
    assert sorted(standing(table, NORTH)) == sorted(crowd)


@pytest.fixture
def known(table: Table) -> Table:
    """Customers with states, one device whose facts are now somebody's, and places, entries and the like beside them."""
    customers = DynamoCustomers(table)
    for who in [*PEOPLE[:15], "device:d1"]:
        nobody = Customer.unknown(who)
        moved = "c-001" if who.startswith("device:") else ""
        customers.commit(nobody, after(nobody, newest=1, moved=moved), (PutPlace(NORTH),), "w1")
    return table


@pytest.mark.parametrize("size", [1, 4, 100])
def test_everybody_is_whoever_has_a_state(known: Table, size: int) -> None:
    everybody = FanOut("", "plan@1", NOW)
    found = [(list(who), cursor) for who, cursor in DynamoAudience(known).pages(everybody, size)]
    assert sorted(who for page, _ in found for who in page) == PEOPLE[:15]
    assert all(len(page) <= size for page, _ in found)


def test_from_any_cursor_on_everybody_else_is_found(known: Table) -> None:
    everybody = FanOut("", "plan@1", NOW)
    found = [(list(who), cursor) for who, cursor in DynamoAudience(known).pages(everybody, 4)]
    all_of_them = [who for page, _ in found for who in page]
    done = 0
    for page, cursor in found:
        done += len(page)
        rest = DynamoAudience(known).pages(FanOut("", "plan@1", NOW, cursor=cursor), 4)
        assert [who for after, _ in rest for who in after] == all_of_them[done:]
