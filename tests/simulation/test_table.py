"""The table in memory is as strict as DynamoDB says it is, where moto is not; and it fails when it is told to."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from tests.simulation.aws.faults import Fault, Faults
from tests.simulation.aws.sdk import Retrying
from tests.simulation.aws.transactions import DynamoDb

Make = Callable[..., DynamoDb]
Item = dict[str, Any]

KIB = 1024


def key(sk: str = "S", pk: str = "C#anna") -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def put(table: Any, sk: str = "S", **more: Any) -> Any:
    return table.put_item(TableName="kairos", Item={**key(sk), **more})


def get(table: Any, sk: str = "S", **more: Any) -> Any:
    return table.get_item(TableName="kairos", Key=key(sk), **more).get("Item")


def add_one(table: Any) -> None:
    table.update_item(
        TableName="kairos", Key=key(), UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}}
    )


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


class Told(Faults):
    """Fails as it is told, once."""

    def __init__(self, fault: Fault | None = None, **answers: Any) -> None:
        self.fault, self.answers = fault, answers

    def call(self, service: str, operation: str, request: Any) -> Fault | None:
        fault, self.fault = self.fault, None
        return fault

    def conflicts(self, operation: str, keys: Any) -> Any:
        return self.answers.get("conflicts", ())

    def left_over(self, operation: str, count: int) -> Any:
        return self.answers.get("left_over", ())

    def page_bytes(self) -> int:
        return int(self.answers.get("page_bytes", KIB * KIB))

    def as_of(self, read: str, newest: int) -> int:
        return newest - int(self.answers.get(read, 0))


@pytest.mark.parametrize(("bytes", "fits"), [(400 * KIB - 15, True), (400 * KIB - 14, False)])
def test_an_item_has_400_kib_with_its_names(memory: Make, bytes: int, fits: bool) -> None:
    table = memory()
    if fits:
        put(table, body={"B": b"x" * bytes})
    else:
        with pytest.raises(ClientError, match="Item size has exceeded the maximum allowed size"):
            put(table, body={"B": b"x" * bytes})


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"SS": []}, "may not be empty"),
        ({"SS": ["a", "a"]}, "duplicates"),
        ({"N": "1" * 39}, "38 significant digits"),
        ({"N": "1e126"}, "larger than supported"),
        ({"N": "1e-131"}, "smaller than supported"),
        ({"N": "NaN"}, "cannot be converted"),
        ({"NULL": False}, "value of true"),
        ({"S": "a", "N": "1"}, "more than one"),
        ({}, "empty"),
    ],
)
def test_a_value_that_no_item_can_have(memory: Make, value: Item, why: str) -> None:
    with pytest.raises(ClientError, match=why):
        put(memory(), a=value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("007", "7"), ("-0.0", "0"), ("1.50", "1.5"), ("1e3", "1000"), ("1e-3", "0.001"), ("12e1", "120")],
)
def test_a_number_is_kept_in_one_form(memory: Make, given: str, kept: str) -> None:
    table = memory()
    put(table, a={"N": given})
    assert get(table)["a"] == {"N": kept}


def test_what_is_read_shares_nothing_with_what_is_kept(memory: Make) -> None:
    table = memory()
    put(table, a={"M": {"x": {"L": [{"S": "a"}]}}})
    get(table)["a"]["M"]["x"]["L"].append({"S": "b"})
    assert get(table)["a"] == {"M": {"x": {"L": [{"S": "a"}]}}}


def test_a_transaction_says_by_position_why_it_was_cancelled(memory: Make) -> None:
    faults = Told()
    table = memory(faults)
    put(table, "a", version={"N": "7"})
    faults.answers = {"conflicts": (2,)}
    common = {"TableName": "kairos", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    absent = {"ConditionExpression": "attribute_not_exists(pk)"}
    writes = [
        {"Put": {**common, **absent, "Item": key("new")}},
        {"Put": {**common, **absent, "Item": key("a")}},
        {"Put": {**common, **absent, "Item": key("b")}},
        {"Update": {**common, "Key": key("c"), "UpdateExpression": "SET a = b"}},
    ]
    with pytest.raises(ClientError) as error:
        table.transact_write_items(TransactItems=writes)
    reasons: Any = error.value.response
    reasons = reasons["CancellationReasons"]
    assert [r["Code"] for r in reasons] == ["None", "ConditionalCheckFailed", "TransactionConflict", "ValidationError"]
    assert reasons[1]["Item"] == {**key("a"), "version": {"N": "7"}}
    assert get(table, "new") is None


def test_a_transaction_takes_100_items_and_4_mib(memory: Make) -> None:
    puts = [{"Put": {"TableName": "kairos", "Item": key(str(n))}} for n in range(101)]
    with pytest.raises(ClientError, match="between 1 and 100"):
        memory().transact_write_items(TransactItems=puts)
    large = {"body": {"B": b"x" * 390 * KIB}}
    puts = [{"Put": {"TableName": "kairos", "Item": {**key(str(n)), **large}}} for n in range(11)]
    memory().transact_write_items(TransactItems=puts[:10])
    with pytest.raises(ClientError, match="aggregate size of 4 MB"):
        memory().transact_write_items(TransactItems=puts)


def test_a_plain_write_meets_a_transaction_on_its_item(memory: Make) -> None:
    with pytest.raises(ClientError) as error:
        put(memory(Told(conflicts=(0,))))
    assert code(error) == "TransactionConflictException"


@pytest.mark.parametrize(
    ("fault", "raised", "applied"),
    [
        (Fault("InternalServerError", applied=True), ClientError, True),
        (Fault("InternalServerError"), ClientError, False),
        (Fault("ConnectionClosedError", applied=True), ConnectionClosedError, True),
        (Fault("EndpointConnectionError"), EndpointConnectionError, False),
        (Fault("ThrottlingException"), ClientError, False),
        (Fault(KeyboardInterrupt(), applied=True), KeyboardInterrupt, True),
    ],
)
def test_a_write_fails_carried_out_or_not(memory: Make, fault: Fault, raised: Any, applied: bool) -> None:
    table = memory(Told(fault))
    with pytest.raises(raised):
        put(table)
    assert (get(table) is not None) == applied


def test_a_lost_answer_is_asked_for_again_by_the_sdk_and_the_write_happens_twice(memory: Make) -> None:
    table = memory(Told(Fault("ReadTimeoutError", applied=True)))
    add_one(Retrying(table, 3))
    assert get(table)["n"] == {"N": "2"}


def test_a_transaction_asked_for_again_with_its_token_happens_once(memory: Make) -> None:
    table = memory(Told(Fault("ReadTimeoutError", applied=True)))
    update = {"TableName": "kairos", "Key": key(), "UpdateExpression": "ADD n :one"}
    update["ExpressionAttributeValues"] = {":one": {"N": "1"}}
    client = Retrying(table, 3)
    client.transact_write_items(TransactItems=[{"Update": update}])
    assert get(table)["n"] == {"N": "1"}
    client.transact_write_items(TransactItems=[{"Update": update}])
    assert get(table)["n"] == {"N": "2"}


def test_a_token_belongs_to_one_transaction_for_ten_minutes(memory: Make) -> None:
    now = [0]
    table = memory(clock=lambda: now[0])

    def write(sk: str) -> None:
        one = {"Put": {"TableName": "kairos", "Item": key(sk)}}
        table.transact_write_items(TransactItems=[one], ClientRequestToken="t")

    write("a")
    with pytest.raises(ClientError) as error:
        write("b")
    assert code(error) == "IdempotentParameterMismatchException"
    now[0] = 10 * 60_000
    write("b")
    assert get(table, "b") is not None


def test_only_an_eventually_consistent_read_is_old(memory: Make) -> None:
    table = memory(Told(GetItem=1, Query=2, Scan=1))
    put(table, a={"N": "1"})
    put(table, a={"N": "2"})
    put(table, "T")
    assert get(table, ConsistentRead=True)["a"] == {"N": "2"}
    assert get(table, "T") is None
    query = {
        "TableName": "kairos",
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "C#anna"}},
    }
    assert [item["a"] for item in table.query(**query)["Items"]] == [{"N": "1"}]
    assert table.query(**query, ConsistentRead=True)["Count"] == 2
    assert [item["a"] for item in table.scan(TableName="kairos")["Items"]] == [{"N": "2"}]


def test_the_index_is_as_old_as_it_likes_and_never_consistent(memory: Make) -> None:
    table = memory(Told(Index=1, IndexRow=1))
    query = {
        "TableName": "kairos", "IndexName": "due", "KeyConditionExpression": "due_shard = :s",
        "ExpressionAttributeValues": {":s": {"S": "7"}},
    }  # fmt: skip
    put(table, due_shard={"S": "7"}, due_at={"N": "1"})
    put(table, due_shard={"S": "7"}, due_at={"N": "2"}, body={"B": b"not projected"})
    assert table.query(**query)["Items"] == [{**key(), "due_shard": {"S": "7"}, "due_at": {"N": "1"}}]
    put(table)
    assert [row["due_at"] for row in table.query(**query)["Items"]] == [{"N": "2"}]
    with pytest.raises(ClientError, match="Consistent reads are not supported"):
        table.query(**query, ConsistentRead=True)


def test_pages_end_with_their_bytes_and_nothing_is_lost(memory: Make) -> None:
    table = memory(Told(page_bytes=2 * KIB))
    for n in range(7):
        put(table, f"{n}", body={"B": b"x" * 900})
    query: Any = {"TableName": "kairos", "KeyConditionExpression": "pk = :pk", "ConsistentRead": True}
    query["ExpressionAttributeValues"] = {":pk": {"S": "C#anna"}}
    pages = []
    while True:
        page = table.query(**query)
        pages.append([item["sk"]["S"] for item in page["Items"]])
        if "LastEvaluatedKey" not in page:
            break
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    assert pages == [["0", "1"], ["2", "3"], ["4", "5"], ["6"]]


def test_keys_are_left_over_but_never_all(memory: Make) -> None:
    table = memory(Told(left_over=(1,)))
    put(table, "a")
    put(table, "b")
    request = {"kairos": {"Keys": [key("a"), key("b")], "ConsistentRead": True}}
    answer = table.batch_get_item(RequestItems=request)
    assert answer["Responses"] == {"kairos": [key("a")]}
    assert answer["UnprocessedKeys"] == {"kairos": {"Keys": [key("b")], "ConsistentRead": True}}
    with pytest.raises(ClientError) as error:
        memory(Told(left_over=(0,))).batch_get_item(RequestItems={"kairos": {"Keys": [key("a")]}})
    assert code(error) == "ProvisionedThroughputExceededException"


def test_what_is_past_its_time_to_live_stays_until_it_is_taken_away(memory: Make) -> None:
    table = memory()
    put(table, "old", ttl={"N": "100"})
    put(table, "young", ttl={"N": "101"})
    assert get(table, "old") is not None
    table.expire(table.store.expired(100))
    assert [get(table, "old"), get(table, "young") is not None] == [None, True]
