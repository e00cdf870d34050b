"""What the store of customers promises, on the table of template.yaml."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import Stubber

from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.due import DynamoDue
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import PutConsent, PutSnapshot
from kairos.domain.events import Consent
from kairos.domain.state import Customer, Fact, Profile
from kairos.service.ports import AlreadyWritten, Contended, CustomerStore, StateMoved, TooLarge, Unavailable
from tests.integration.adapters.making import NOW, after, entry, message

NOBODY = Customer.unknown("c-1")


@pytest.fixture
def customers(table) -> CustomerStore:
    return DynamoCustomers(table)


def test_somebody_never_heard_of_is_unknown(customers):
    assert customers.read(["c-1"]) == {"c-1": NOBODY}


def test_what_is_committed_is_read_back(customers):
    profile = Profile({"declared": {"name": Fact("Ann", NOW)}}, {"email": "ann@shop.example"})
    known = after(NOBODY, profile=profile, guard=2, catalog="c1", born=NOW, due=NOW + 1, tags={"vip": (True, NOW)})
    customers.commit(NOBODY, known, (), "w1")
    read = customers.read(["c-1"], profiles=["c-1"])["c-1"]
    assert (read.state.version, read.state.guard, read.state.writer, read.state.due) == (1, 2, "w1", NOW + 1)
    assert read.state.tags == {"vip": (True, NOW)}
    assert read.profile == profile
    assert customers.read(["c-1"])["c-1"].profile is None


def test_an_event_without_effects_costs_one_read_and_one_conditional_write(customers, requests):
    before = customers.read(["c-1"])["c-1"]
    customers.commit(before, after(before, newest=NOW), (), "w1")
    assert requests == {"BatchGetItem": 1, "PutItem": 1}


def test_any_number_of_customers_up_to_a_hundred_items_is_one_read(customers, requests):
    ids = [f"c-{n}" for n in range(50)]
    assert customers.read([*ids, *ids], profiles=ids).keys() == set(ids)
    assert requests == {"BatchGetItem": 1}


def test_a_hundred_and_one_customers_are_two_reads(customers, requests):
    customers.read([f"c-{n}" for n in range(101)])
    assert requests == {"BatchGetItem": 2}


def test_an_entry_and_its_message_go_with_the_state_in_one_transaction(customers, requests):
    customers.commit(NOBODY, after(NOBODY, newest=NOW), (entry(), message()), "w1")
    assert requests == {"TransactWriteItems": 1}


def test_a_snapshot_goes_before(customers, requests):
    snapshot = PutSnapshot("e1", {"properties": {"items": ["mug"]}}, NOW + 1)
    customers.commit(NOBODY, after(NOBODY, newest=NOW), (snapshot,), "w1")
    assert requests == {"PutItem": 2}


@pytest.mark.parametrize("effects", [(), (entry(), message())], ids=["plain", "in a transaction"])
def test_who_commits_on_an_older_state_is_told(customers, effects):
    customers.commit(NOBODY, after(NOBODY, newest=1), (), "w1")
    with pytest.raises(StateMoved):
        customers.commit(NOBODY, after(NOBODY, newest=2), effects, "w2")
    first = customers.read(["c-1"])["c-1"]
    customers.commit(first, after(first, newest=3), (), "w3")
    with pytest.raises(StateMoved):
        customers.commit(first, after(first, newest=4), effects, "w4")


@pytest.mark.parametrize("effects", [(), (entry(), message())], ids=["plain", "in a transaction"])
def test_ones_own_lost_answer_is_success(customers, effects):
    customers.commit(NOBODY, after(NOBODY, newest=1), effects, "w1")
    customers.commit(NOBODY, after(NOBODY, newest=1), effects, "w1")
    assert customers.read(["c-1"])["c-1"].state.version == 1


def test_a_second_entry_or_message_of_one_identity_cannot_be_written(customers):
    customers.commit(NOBODY, after(NOBODY, newest=1), (entry(), message()), "w1")
    first = customers.read(["c-1"])["c-1"]
    effects = (message("m2"), entry(), message(), entry("cart-2"))
    with pytest.raises(AlreadyWritten) as known:
        customers.commit(first, after(first, newest=2), effects, "w2")
    assert known.value.entries == {("abandoned-cart", "cart-1")}
    assert known.value.messages == {"m1"}
    assert customers.read(["c-1"])["c-1"].state.version == 1


def test_a_key_too_long_for_the_table_is_still_used_only_once(customers):
    long = "k" * 2000
    customers.commit(NOBODY, after(NOBODY, newest=1), (entry(long),), "w1")
    first = customers.read(["c-1"])["c-1"]
    with pytest.raises(AlreadyWritten) as known:
        customers.commit(first, after(first, newest=2), (entry(long),), "w2")
    assert known.value.entries == {("abandoned-cart", long)}


def test_evidence_of_consent_is_kept_with_the_state(customers, table):
    consent = Consent("offers", "email", "granted", NOW, "form", "Yes, please")
    customers.commit(NOBODY, after(NOBODY, newest=1), (PutConsent(consent, "e1"),), "w1")
    items = table.client.scan(TableName=table.name)["Items"]
    assert sum(item["sk"]["S"].startswith(f"O#{NOW}#") for item in items) == 1


def test_more_consents_than_a_transaction_holds_go_before(customers, requests):
    words = [PutConsent(Consent(f"topic-{n}", "email", "granted", NOW), "e1") for n in range(120)]
    customers.commit(NOBODY, after(NOBODY, newest=1), (*words, entry()), "w1")
    assert requests == {"PutItem": 119, "TransactWriteItems": 1}


def test_more_entries_than_a_transaction_holds_are_left_to_smaller_batches(customers):
    with pytest.raises(TooLarge, match="consequences"):
        customers.commit(NOBODY, after(NOBODY, newest=1), [entry(f"k{n}") for n in range(100)], "w1")


def test_a_customer_that_no_item_holds_is_refused_before_the_table_does(customers):
    huge = Profile(attributes={"backend": {f"a{n}": Fact("x" * 100_000, NOW, NOW) for n in range(4)}})
    with pytest.raises(TooLarge, match="larger than 358,400 bytes"):
        customers.commit(NOBODY, replace(after(NOBODY, newest=1), profile=huge), (), "w1")


def test_the_due_moment_puts_the_customer_into_the_index_and_none_takes_it_out(customers, table):
    customers.commit(NOBODY, after(NOBODY, due=NOW), (), "w1")
    assert [what for _, what in DynamoDue(table).due(NOW, 10)] == ["c-1"]
    assert list(DynamoDue(table).due(NOW - 1, 10)) == []
    first = customers.read(["c-1"])["c-1"]
    customers.commit(first, after(first, due=None), (), "w2")
    assert list(DynamoDue(table).due(NOW, 10)) == []


def stubbed(aws) -> tuple[Stubber, DynamoCustomers, list[float]]:
    waits: list[float] = []
    return Stubber(aws.dynamodb), DynamoCustomers(Table(aws.dynamodb, "kairos", sleep=waits.append)), waits


def test_a_plain_write_beside_a_transaction_is_tried_three_times(aws):
    stub, customers, waits = stubbed(aws)
    for _ in range(3):
        stub.add_client_error("put_item", "TransactionConflictException", http_status_code=400)
    with stub, pytest.raises(Contended):
        customers.commit(NOBODY, after(NOBODY, newest=1), (), "w1")
    assert len(waits) == 2
    stub.assert_no_pending_responses()


THROTTLED = [{"Code": "None"}, {"Code": "ThrottlingError"}]


@pytest.mark.parametrize(
    ("operation", "error", "more"),
    [
        ("put_item", "ProvisionedThroughputExceededException", {}),
        ("put_item", "ThrottlingException", {}),
        ("transact_write_items", "TransactionCanceledException", {"CancellationReasons": THROTTLED}),
    ],
)
def test_a_write_that_is_throttled_three_times_is_no_conflict(aws, operation, error, more):
    stub, customers, _ = stubbed(aws)
    for _ in range(3):
        stub.add_client_error(operation, error, http_status_code=400, modeled_fields=more)
    with stub, pytest.raises(Unavailable):
        customers.commit(NOBODY, after(NOBODY, newest=1), (entry(),) if more else (), "w1")


@pytest.mark.parametrize(
    ("error", "status", "meaning"),
    [
        ("ProvisionedThroughputExceededException", 400, Unavailable),
        ("RequestLimitExceeded", 400, Unavailable),
        ("InternalServerError", 500, Unavailable),
        ("ValidationException", 400, ClientError),
    ],
)
def test_a_read_that_is_not_answered_means(aws, error, status, meaning):
    stub, customers, _ = stubbed(aws)
    stub.add_client_error("batch_get_item", error, http_status_code=status)
    with stub, pytest.raises(meaning):
        customers.read(["c-1"])


def test_a_transaction_beside_another_is_tried_again(aws):
    stub, customers, _ = stubbed(aws)
    reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}
    stub.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=reasons)
    stub.add_response("transact_write_items", {})
    with stub:
        customers.commit(NOBODY, after(NOBODY, newest=1), (entry(),), "w1")
    stub.assert_no_pending_responses()


def test_keys_left_unprocessed_are_asked_for_again(aws):
    stub, customers, waits = stubbed(aws)
    key = {"pk": {"S": "C#c-1"}, "sk": {"S": "S"}}
    stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": {"kairos": {"Keys": [key]}}})
    stub.add_response("batch_get_item", {"Responses": {"kairos": []}, "UnprocessedKeys": {}})
    with stub:
        assert customers.read(["c-1"]) == {"c-1": NOBODY}
    assert len(waits) == 1


def losing(client, answer: bool) -> None:
    """The next write is answered by nobody; `answer` says whether it took place."""

    def lose(model, request_signer=None, **_):
        if not lost and model.name == "PutItem":
            lost.append(True)
            raise ReadTimeoutError(endpoint_url="")

    lost: list[bool] = []
    client.meta.events.register("after-call.dynamodb.PutItem" if answer else "before-call.dynamodb.PutItem", lose)


def test_an_answer_lost_after_the_write_is_success(customers, aws):
    losing(aws.dynamodb, answer=True)
    customers.commit(NOBODY, after(NOBODY, newest=7), (), "w1")
    assert customers.read(["c-1"])["c-1"].state.newest == 7


def test_a_write_that_never_arrived_goes_back_to_the_queue(customers, aws):
    losing(aws.dynamodb, answer=False)
    with pytest.raises(Unavailable):
        customers.commit(NOBODY, after(NOBODY, newest=7), (), "w1")


def test_an_answer_lost_while_another_writes_is_a_moved_state(customers, aws):
    customers.commit(NOBODY, after(NOBODY, newest=7), (), "w1")
    losing(aws.dynamodb, answer=False)
    with pytest.raises(StateMoved):
        customers.commit(NOBODY, after(NOBODY, newest=8), (), "w2")


def test_a_refusal_of_the_table_itself_is_not_swallowed(customers):
    huge = replace(NOBODY, state=replace(NOBODY.state, names="".join(chr(0x4E00 + n % 20000) for n in range(400_000))))
    with pytest.raises(ClientError):
        customers.commit(NOBODY, huge, (), "w1")
