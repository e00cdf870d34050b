"""A message's life in the table of template.yaml: every transition, and who may not make it."""

from dataclasses import replace

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from kairos.adapters.dynamodb.addresses import DynamoAddresses
from kairos.adapters.dynamodb.control import DynamoControl
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.due import DynamoDue
from kairos.adapters.dynamodb.messages import DynamoMessages
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import PutSnapshot
from kairos.domain.state import Customer, Profile
from kairos.service.ports import MessageRef, MessageStore, NotClaimed, StoredMessage
from tests.integration.adapters.making import HOUR, NOW, after, entry, message

NOBODY = Customer.unknown("c-1")
REF = MessageRef("c-1", "m1", "abandoned-cart", "cart-1")
ADDRESS = "email#abc"


@pytest.fixture
def messages(table) -> MessageStore:
    return DynamoMessages(table, lambda: NOW)


@pytest.fixture
def decide(table):
    """Commits a message for the customer."""

    def commit(*more, **fields):
        profile = Profile({}, {"email": "ann@shop.example"})
        effects = (entry(), message(**fields), *more)
        DynamoCustomers(table).commit(NOBODY, after(NOBODY, profile=profile, guard=3), effects, "w1")

    return commit


@pytest.fixture
def pending(messages, decide):
    decide()
    return messages.dossier(REF).message


def claim(messages, stored, *, guard=3, address=ADDRESS, token="t1", now=NOW):
    messages.claim(stored, guard=guard, address=address, token=token, now=now)
    return messages.dossier(REF).message


def test_everything_about_a_message_is_one_read(messages, decide, requests):
    decide()
    requests.clear()
    dossier = messages.dossier(REF)
    assert requests == {"BatchGetItem": 1}
    assert dossier.message == StoredMessage(put=message(), customer="c-1", status="pending", due=NOW + HOUR // 4)
    assert dossier.customer.state.guard == 3
    assert dossier.customer.profile.address("email") == "ann@shop.example"
    assert dossier.event == {"properties": {"cart_id": "cart-1"}}
    assert not dossier.control.stops


def test_a_message_the_sweep_found_needs_a_second_read_for_its_entry(messages, decide, requests):
    decide()
    requests.clear()
    assert messages.dossier(MessageRef("c-1", "m1")).event == {"properties": {"cart_id": "cart-1"}}
    assert requests == {"BatchGetItem": 2}


def test_large_event_fields_come_from_the_snapshot(messages, table, requests):
    large = PutSnapshot("e1", {"properties": {"items": ["mug"] * 100}}, NOW + 1)
    effects = (entry(event={}, snapshot="e1"), message(), large)
    DynamoCustomers(table).commit(NOBODY, after(NOBODY, guard=3), effects, "w1")
    requests.clear()
    assert messages.dossier(REF).event == {"properties": {"items": ["mug"] * 100}}
    assert requests == {"BatchGetItem": 2}


def test_no_message_no_dossier(messages):
    assert messages.dossier(REF) is None


def test_what_the_table_should_have_deleted_is_not_read(table, decide):
    decide()
    later = NOW + 6 * HOUR + 90 * 24 * HOUR + 1000
    assert DynamoMessages(table, lambda: later).dossier(REF) is None


def test_a_claim_is_one_transaction_and_carries_its_token(messages, pending, requests):
    requests.clear()
    messages.claim(pending, guard=3, address=ADDRESS, token="t1", now=NOW)
    assert requests == {"TransactWriteItems": 1}
    claimed = messages.dossier(REF).message
    assert (claimed.status, claimed.token, claimed.tries, claimed.claimed) == ("sending", "t1", 1, NOW)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"guard": 4}, "guard_moved"),
        ({"now": NOW + 6 * HOUR}, "expired"),
        ({"address": "email#suppressed"}, "suppressed"),
        ({"address": "email#suppressed", "guard": 4}, "suppressed"),
    ],
)
def test_a_claim_fails_with_its_reason(messages, table, pending, how, why):
    DynamoAddresses(table).suppress("email#suppressed", "complaint", NOW)
    with pytest.raises(NotClaimed) as failed:
        claim(messages, pending, **how)
    assert failed.value.why == why
    assert messages.dossier(REF).message.status == "pending"


def test_two_workers_cannot_claim_one_message(messages, pending):
    claim(messages, pending, token="t1")
    with pytest.raises(NotClaimed) as failed:
        claim(messages, pending, token="t2")
    assert failed.value.why == "not_pending"


def test_the_lost_answer_to_ones_own_claim_is_success(messages, pending):
    claim(messages, pending, token="t1")
    assert claim(messages, pending, token="t1").tries == 1


def test_what_goes_out_on_the_bus_has_no_address_to_check(messages, pending):
    assert claim(messages, pending, address="").status == "sending"


def test_a_claim_in_endless_conflict_gives_way(aws):
    stub, store = Stubber(aws.dynamodb), DynamoMessages(Table(aws.dynamodb, "t", sleep=lambda _: None), lambda: NOW)
    reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}, {"Code": "None"}]}
    for _ in range(3):
        stub.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=reasons)
    stored = StoredMessage(message(), "c-1", "pending")
    with stub, pytest.raises(NotClaimed) as failed:
        store.claim(stored, guard=3, address=ADDRESS, token="t1", now=NOW)
    assert failed.value.why == "conflict"


@pytest.mark.parametrize(("event", "claimed"), [("after-call", True), ("before-call", False)])
def test_a_claim_without_an_answer_is_looked_up(messages, pending, aws, event, claimed):
    def lose(**_):
        raise ReadTimeoutError(endpoint_url="")

    aws.dynamodb.meta.events.register(f"{event}.dynamodb.TransactWriteItems", lose)
    if claimed:
        assert claim(messages, pending).status == "sending"
    else:
        with pytest.raises(NotClaimed, match="conflict"):
            claim(messages, pending)


PATHS = {
    "pending": [], "sending": ["claim"], "in_doubt": ["claim", "doubt"], "given_up": ["claim", "give_up"],
    "doubted": ["claim", "doubt", "release"], "sent": ["claim", "sent"], "refused": ["claim", "refuse"],
    "reopened": ["claim", "release"],
}  # fmt: skip
MOVES = {
    "claim": lambda store, stored, token: claim(store, stored, token=token),
    "sent": lambda store, stored, token: store.sent(stored, token=token, provider_id="p1", now=NOW, due=0),
    "settle": lambda store, stored, token: store.settle("c-1", "m1", provider_id="p1", now=NOW, due=0),
    "release": lambda store, stored, token: store.release(stored, token=token, due=NOW + 1),
    "doubt": lambda store, stored, token: store.doubt(stored, token=token),
    "refuse": lambda store, stored, token: store.refuse(stored, reason="no_consent", token=token, due=NOW + 1),
    "refuse unclaimed": lambda store, stored, _: store.refuse(stored, reason="no_consent", token="", due=NOW + 1),
    "give_up": lambda store, stored, token: store.give_up(replace(stored, token=token)),
}


@pytest.mark.parametrize(
    ("start", "move", "transactional", "end"),
    [
        ("sending", "sent", False, "sent"),
        ("in_doubt", "sent", False, "sent"),
        ("given_up", "sent", False, "sent"),
        ("pending", "sent", False, None),
        ("refused", "sent", False, None),
        ("sending", "settle", False, "sent"),
        ("in_doubt", "settle", False, "sent"),
        ("given_up", "settle", False, "sent"),
        ("reopened", "settle", False, "sent"),
        ("sent", "settle", False, None),  # also in the same millisecond: a record is written for each True
        ("pending", "settle", False, None),
        ("refused", "settle", False, None),
        ("sending", "release", False, "pending"),
        ("in_doubt", "release", False, None),
        ("in_doubt", "release", True, "pending"),
        ("sent", "release", True, None),
        ("sending", "doubt", False, "in_doubt"),
        ("sent", "doubt", False, None),
        ("pending", "doubt", False, None),
        ("sending", "refuse", False, "refused"),
        ("in_doubt", "refuse", False, None),
        ("pending", "refuse unclaimed", False, "refused"),
        ("sending", "refuse unclaimed", False, None),
        ("sending", "give_up", False, "given_up"),
        ("in_doubt", "give_up", False, "given_up"),
        ("pending", "give_up", False, None),
        ("sent", "give_up", False, None),
        ("doubted", "give_up", True, "given_up"),
    ],
)
def test_a_message_moves_only_where_its_life_allows(messages, decide, start, move, transactional, end):
    decide(transactional=transactional)
    for step in PATHS[start]:
        MOVES[step](messages, messages.dossier(REF).message, "t1")
    before = messages.dossier(REF).message
    assert MOVES[move](messages, before, "t1") is (end is not None)
    assert messages.dossier(REF).message.status == (end or before.status)


@pytest.mark.parametrize("move", ["sent", "release", "doubt", "refuse", "give_up"])
def test_a_late_worker_cannot_undo_a_newer_claim(messages, pending, move):
    claim(messages, pending, token="t2")
    assert MOVES[move](messages, messages.dossier(REF).message, "t1") is False
    assert messages.dossier(REF).message.status == "sending"


@pytest.mark.parametrize("move", ["sent", "doubt", "refuse"])
def test_a_receipt_written_twice_is_written(messages, pending, move):
    claimed = claim(messages, pending)
    assert MOVES[move](messages, claimed, "t1") is True
    assert MOVES[move](messages, claimed, "t1") is True


def test_a_receipt_is_one_write(messages, pending, requests):
    claimed = claim(messages, pending)
    requests.clear()
    assert messages.sent(claimed, token="t1", provider_id="ses-1", now=NOW, due=0)
    assert requests == {"UpdateItem": 1}
    assert messages.dossier(REF).message.provider_id == "ses-1"


def test_the_index_holds_a_message_until_it_is_settled_and_reported(messages, table, pending):
    def due(until=NOW + 24 * HOUR):
        return [what for _, what in DynamoDue(table).due(until, 10)]

    here = [MessageRef("c-1", "m1")]
    assert due() == here
    claimed = claim(messages, pending)
    assert messages.doubt(claimed, token="t1")
    assert due() == here
    assert messages.postpone(messages.dossier(REF).message, due=NOW + 2 * HOUR)
    assert due(NOW + HOUR) == []
    assert messages.dossier(REF).message.due == NOW + 2 * HOUR
    assert messages.sent(claimed, token="t1", provider_id="p", now=NOW, due=NOW + HOUR)
    assert due(NOW + HOUR) == here
    assert messages.reported(messages.dossier(REF).message)
    assert due() == []
    assert messages.dossier(REF).message.due == 0


def test_a_message_given_up_leaves_the_index(messages, table, pending):
    claimed = claim(messages, pending)
    assert messages.give_up(claimed)
    assert list(DynamoDue(table).due(NOW + 24 * HOUR, 10)) == []


def test_a_refusal_keeps_its_reason_and_stays_due(messages, table, pending):
    assert messages.refuse(pending, reason="no_consent", token="", due=NOW + 1)
    refused = messages.dossier(REF).message
    assert (refused.reason, refused.due) == ("no_consent", NOW + 1)


def test_what_a_provider_says_is_noted_once_of_a_kind_in_one_write(messages, pending, requests):
    claim(messages, pending, token="t1")
    requests.clear()
    first = messages.note("c-1", "m1", "delivered", NOW)
    assert requests == {"UpdateItem": 1}
    assert (first.first, first.unsettled, first.message.put.id) == (True, True, "m1")
    assert not messages.note("c-1", "m1", "delivered", NOW + 1).first
    assert messages.note("c-1", "m1", "opened", NOW).first
    assert messages.dossier(REF).message.status == "sending"


def test_nothing_is_noted_of_a_message_that_nobody_knows(messages):
    assert messages.note("c-1", "unknown", "delivered", NOW) is None


def test_the_address_that_was_refused_is_kept_for_the_report(messages, pending):
    claimed = claim(messages, pending, token="t1")
    assert messages.refuse(claimed, reason="undeliverable", token="t1", due=NOW, address="h1")
    assert messages.dossier(REF).message.address == "h1"


def test_the_moment_of_a_message_that_moved_on_stays(messages, pending):
    claim(messages, pending)
    assert messages.postpone(pending, due=NOW + HOUR) is False


def test_stops_are_seen_with_the_message(messages, table, pending):
    DynamoControl(table).stop("channel:email")
    assert messages.dossier(REF).control.holds("abandoned-cart", "email", NOW, transactional=True)
