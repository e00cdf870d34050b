"""A batch: one read, one write a customer; races, poison, feedback, and what nobody asked for."""

import json

import pytest

from kairos.domain import tags
from kairos.domain.effects import PutEntry, PutMessage
from kairos.service.evaluate import HOT
from kairos.service.ports import AlreadyWritten, Contended, InDoubt, Item, TooLarge, Unavailable
from tests.unit.domain.shop import CART, HOUR, MINUTE, T0, address_hash, campaign, catalog, event, joined, send, started
from tests.unit.service.test_deliver import WELCOME
from tests.unit.service.workers import Workers


def shop(**definitions):
    return Workers(catalog(**(definitions or {"welcome": WELCOME})))


def bodies(*items):
    return [Item(str(i), item if isinstance(item, str) else json.dumps(item)) for i, item in enumerate(items)]


def test_an_event_that_no_definition_asks_for_costs_no_read_and_no_write():
    world = shop().hear(event("page.viewed")).world
    assert (world.reads, world.writes) == (0, 0)
    assert [line["event"]["type"] for line in world.lines] == ["page.viewed"]


@pytest.mark.parametrize("count", [1, 10])
def test_events_of_one_customer_in_one_batch_cost_one_read_and_one_write(count):
    workers = shop(abandoned_cart=CART).hear(joined())
    before = workers.world.reads, workers.world.writes
    carts = [event("cart.updated", T0 + i, total=5, cart_id="c1") for i in range(count)]
    world = workers.hear(*carts).world
    assert (world.reads - before[0], world.writes - before[1]) == (1, 1)


def test_a_repeated_event_changes_nothing_and_is_confirmed_by_a_consistent_read():
    workers = shop().hear(joined(), event("signup"))
    messages = dict(workers.world.messages)
    writes = workers.world.writes
    workers.hear(event("signup"))
    assert workers.world.messages.keys() == messages.keys()
    assert len(workers.world.accepted) == 1
    assert workers.world.writes - writes <= 1


@pytest.mark.parametrize("races", [1, 4])
def test_a_lost_race_is_decided_again_on_the_newer_state(races):
    workers = shop()
    workers.customers.races = races
    assert workers.hear(joined(), event("signup")).statuses() == ["sent"]


def test_endless_races_go_back_to_the_queue():
    workers = shop()
    workers.customers.races = 10**6
    failed = workers.evaluate.batch(bodies({"kairos": "event", "event": _plain("signup")}))
    assert failed == ["0"]
    assert workers.world.lines == []


def _plain(type, customer="anna"):
    return {"id": "x1", "type": type, "time": T0, "received": T0, "customer": {"id": customer}}


def test_a_customer_in_endless_conflict_ends_in_rejected_with_that_reason():
    workers = shop()
    workers.customers.races = 10**6
    (item,) = bodies({"kairos": "event", "event": _plain("signup")})
    assert workers.evaluate.batch([item._replace(receipts=HOT)]) == []
    assert [body["reason"] for body in workers.world.rejected] == ["hot_customer"]


def holding(workers, most):
    """A table whose transactions hold so many entries and messages."""
    commit = workers.customers.commit

    def fewer(before, after, effects, writer):
        if len([e for e in effects if isinstance(e, PutEntry | PutMessage)]) > most:
            raise TooLarge("has more consequences than one transaction holds")
        commit(before, after, effects, writer)

    workers.customers.commit = fewer
    return workers


def test_more_than_one_transaction_holds_is_decided_in_parts_in_the_same_order():
    every = campaign(started("signup"), send("hello", "email", topic="service"), topic="service")
    signups = [event("signup", T0 + n, f"e{n}") for n in range(9)]
    (once, parts) = (Workers(catalog(welcome=every)), holding(Workers(catalog(welcome=every)), 4))
    for workers in (once, parts):
        workers.hear(joined(), *reversed(signups))
    assert parts.records() == once.records() and len(parts.world.messages) == 9
    assert parts.world.rejected == [] and parts.world.events == []


def test_what_is_too_large_on_its_own_is_put_aside_with_its_reason_and_the_others_are_served():
    workers = holding(shop(), 0)
    workers.hear(joined(), event("signup"))
    assert [body["reason"] for body in workers.world.rejected] == ["too_large"]
    told = json.loads(workers.world.rejected[0]["body"])
    assert (told["event"]["type"], workers.world.events) == ("signup", [])
    assert "anna" in workers.world.states


def test_of_more_that_is_due_than_one_transaction_holds_so_much_less_is_taken_at_a_time():
    names = [f"c{n}" for n in range(9)]
    steps = ({"id": "wait-1", "do": "wait", "for": MINUTE}, send("one", topic="service"), send("two", topic="service"))
    shop = catalog(**{name: campaign(started("signup"), *steps, topic="service") for name in names})
    workers = holding(Workers(shop), 9).hear(joined(), event("signup", T0)).minutes(5)
    assert len(workers.world.messages) == 18, "each minute as many as go, until none is left"
    assert workers.world.states["anna"].state.runs == []


def test_a_table_that_takes_nothing_makes_nobody_hot():
    workers = shop()

    def throttled(before, after, effects, writer):
        raise Unavailable("ThrottlingException")

    workers.customers.commit = throttled
    (item,) = bodies({"kairos": "event", "event": _plain("signup")})
    assert workers.evaluate.batch([item._replace(receipts=HOT)]) == [item.id], (
        "in the end a dead letter, to be redriven"
    )
    assert workers.world.rejected == []


def test_one_customers_trouble_does_not_hold_up_the_others():
    workers = shop()
    commit = workers.customers.commit

    def poisoned(before, after, effects, writer):
        if before.id == "bad":
            raise RuntimeError("what cannot be written")
        commit(before, after, effects, writer)

    workers.customers.commit = poisoned
    items = [{"kairos": "event", "event": _plain("signup", who)} for who in ("good", "bad", "fine")]
    assert workers.evaluate.batch(bodies(*items)) == ["1"]
    assert set(workers.world.states) == {"good", "fine"}


def test_a_customer_whose_state_cannot_be_read_does_not_hold_up_the_others():
    workers = shop()
    read = workers.customers.read

    def newer(ids, *, profiles=(), consistent=False):
        if "bad" in ids:
            raise RuntimeError("written by newer code")
        return read(ids, profiles=profiles, consistent=consistent)

    workers.customers.read = newer
    items = [{"kairos": "event", "event": _plain("signup", who)} for who in ("good", "bad")]
    assert workers.evaluate.batch(bodies(*items)) == ["1"]
    assert set(workers.world.states) == {"good"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "bad_json"),
        (chr(34) + chr(92) + "ud800" + chr(34), "bad_text"),
        ("[]", "not_understood"),
        ('{"kairos": "event", "event": {}}', "bad_event"),
    ],
)
def test_what_cannot_be_understood_goes_to_rejected_with_its_reason(body, reason):
    workers = shop()
    assert workers.evaluate.batch(bodies(body)) == []
    assert [(one["reason"], one["body"]) for one in workers.world.rejected] == [(reason, body)]


def test_a_message_that_exists_is_not_written_again():
    workers = shop().hear(joined())
    commit = workers.customers.commit
    raised: list[bool] = []

    def known(before, after, effects, writer):
        if effects and not raised:
            raised.append(True)
            raise AlreadyWritten(entries=frozenset({("welcome", "signup-" + str(T0))}))
        commit(before, after, effects, writer)

    workers.customers.commit = known
    workers.hear(event("signup"))
    assert workers.world.messages == {}
    assert ("refused", "duplicate") in workers.records()


def test_a_put_is_committed_before_it_is_answered():
    workers = shop()
    workers.evaluate.commit_now(joined(country="DK"))
    assert workers.world.states["anna"].profile.merged(["backend"]) == {"country": "DK"}
    workers.customers.races = 10**6
    with pytest.raises(Contended):
        workers.evaluate.commit_now(joined(T0, country="SE"))


def bounce(message, kind="Bounce", **about):
    carried = {k: [v] for k, v in tags.write(message=message, customer="anna", campaign="welcome").items()}
    told = {"timestamp": "2026-06-01T09:01:00Z", **about}
    said = {"eventType": kind, "mail": {"messageId": "s1", "tags": carried}, kind.lower(): told}
    return {"Type": "Notification", "MessageId": "n", "Message": json.dumps(said)}


BOUNCED = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "anna@example.com"}]}


def test_a_permanent_bounce_closes_the_address_and_the_customers_channel():
    again = campaign(started("again"), send("hello", "email"))
    workers = shop(welcome=WELCOME, again=again).hear(joined(), event("signup"))
    (message,) = workers.world.messages
    workers.world.events.append(bounce(message, **BOUNCED))
    workers.settle().hear(event("again", T0 + 1))
    assert workers.world.suppressed.keys() == {f"email#{address_hash('email', 'anna@example.com')}"}
    assert ("refused", "suppressed") in workers.records()
    assert len(workers.world.accepted) == 1


def test_a_providers_own_event_settles_a_message_that_was_given_up():
    workers = shop()
    workers.provider.answers = [InDoubt("timeout")]
    workers.hear(joined(), event("signup")).minutes(20)
    assert workers.statuses() == ["given_up"]
    (message,) = workers.world.messages
    workers.world.events += [bounce(message, "Delivery"), bounce(message, "Open")]
    assert workers.settle().statuses() == ["sent"]
    assert [r for r in workers.records() if r[0] in ("sent", "in_doubt")] == [
        ("in_doubt", "in_doubt"),
        ("sent", "sent"),
    ]


def test_a_message_settled_by_its_provider_is_told_like_any_other():
    after = campaign(started("message.sent"), send("after", "sms"), topic="service")
    workers = shop(welcome=WELCOME, after=after)
    workers.provider.answers = [InDoubt("timeout")]
    workers.hear(joined(), event("signup"))
    assert len(workers.world.accepted) == 0
    workers.world.events.append(bounce(next(iter(workers.world.messages)), "Send"))
    workers.settle()
    assert sorted(workers.statuses()) == ["sent", "sent"]


def test_timers_are_woken_by_the_sweep():
    workers = shop(abandoned_cart=CART).hear(joined(), event("cart.updated", total=5, cart_id="c1"))
    assert workers.minutes(59).world.accepted == []
    assert len(workers.minutes(2).world.accepted) == 1
    assert workers.world.now < T0 + 2 * HOUR


def test_wake_ups_wait_while_too_many_events_do():
    workers = shop(abandoned_cart=CART).hear(joined(), event("cart.updated", total=5, cart_id="c1"))
    workers.queues.backlog_now = 20_000
    assert workers.minutes(90).world.accepted == []
    workers.queues.backlog_now = 0
    assert len(workers.minutes(1).world.accepted) == 1


@pytest.mark.parametrize(("sent", "received"), [(T0 - HOUR, T0 - HOUR), (0, T0), (T0 + 4 * MINUTE, T0 + 4 * MINUTE)])
def test_what_came_by_the_bus_was_received_when_it_was_queued_whatever_the_workers_clock_says(sent, received):
    workers = shop()
    workers.world.now = T0
    envelope = {"id": "e1", "detail-type": "signup", "source": "shop", "detail": {"customer": "anna"}}
    (item,) = bodies(envelope)
    workers.evaluate.batch([item._replace(sent=sent)])
    assert [line["event"]["received"] for line in workers.world.lines if "event" in line] == [received]
