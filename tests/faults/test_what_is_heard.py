"""Events that come twice, changed, in any order, too late, too early, or in no shape at all."""

import itertools
import json

import pytest

from local.clock import MINUTE, iso
from tests.faults.shop import Shop, cart, counted, event

HOUR = 60 * MINUTE
DAY = 24 * HOUR
WELCOME = "welcome send.mail email"
REMINDER = "cart send.mail email"


def test_an_event_told_twenty_times_by_two_ways_is_one_event(shop: Shop) -> None:
    shop.know("ada")
    signup = event("signup", "ada", "ada-1", shop.now)
    pages = [event("page.viewed", "ada", f"ada-p{n}", shop.now) for n in range(9)]
    for _ in range(5):
        shop.post(signup, *pages)
        shop.hear(*reversed(pages), signup)
        shop.stack.put_events([(one["type"], {**one, "customer": {"id": "ada"}}) for one in (signup, *pages)] * 2)
        shop.stack.settle()
    assert shop.sent("ada") == [WELCOME]
    assert counted(shop.decided("ada")) == {
        "welcome entered": 1, "welcome sent": 1, "welcome refused duplicate": 19, "often refused not_in_audience": 180
    }  # fmt: skip
    shop.hear(event("page.viewed", "ada", "ada-p9", shop.now))
    assert shop.sent("ada", "often") == ["often send.mail email"], "nine pages were nine, and the tenth is the tenth"


def test_the_same_id_with_another_body_is_not_a_second_event(shop: Shop) -> None:
    """The first that is decided stands: an id is the event's identity, whatever it says the second time."""
    shop.know("bea")
    shop.hear(event("signup", "bea", "bea-1", shop.now), event("page.viewed", "bea", "bea-2", shop.now - HOUR))
    shop.hear(event("signup", "bea", "bea-1", shop.now, plan="another"))
    for n in range(8):
        shop.hear(event("page.viewed", "bea", f"bea-p{n}"), event("page.viewed", "bea", "bea-2", shop.now + n))
    assert shop.sent("bea") == [WELCOME]
    assert counted(shop.decided("bea"))["welcome refused duplicate"] == 1
    shop.hear(event("page.viewed", "bea", "bea-p8"))
    assert shop.sent("bea", "often") == ["often send.mail email"]


def test_events_in_any_order_come_out_the_same(shop: Shop) -> None:
    """A cart, an empty minute, another look at it, and an order: in all 24 orders nobody is reminded."""
    base = shop.now
    names = [f"cy{n}" for n in range(24)]
    for who, order in zip(names, itertools.permutations(range(4)), strict=True):
        shop.know(who)
        told = [
            cart(who, f"{who}-1", time=base),
            event("page.viewed", who, f"{who}-2", base + MINUTE),
            cart(who, f"{who}-3", time=base + 2 * MINUTE),
            event("order.placed", who, f"{who}-4", base + 3 * MINUTE, cart_id=f"{who}-c"),
        ]
        for number in order:
            shop.hear(told[number])
    shop.stack.advance("2h")
    assert [shop.sent(who) for who in names] == [[]] * 24
    known = [(view["counts"], view["campaigns"]) for view in map(shop.get, names)]
    assert known == known[:1] * 24


def test_a_late_event_counts_and_enters_nothing_that_has_expired(shop: Shop) -> None:
    """A phone was three days without a network: its pages count, its cart is history, its order still ends a wait."""
    shop.know("dan")
    shop.hear(cart("dan", "dan-1"))
    ordered = shop.now + 30 * MINUTE
    shop.stack.advance("2h")
    assert shop.sent("dan") == [REMINDER]
    late = [event("page.viewed", "dan", f"dan-p{n}", shop.now - 3 * DAY) for n in range(10)]
    order = event("order.placed", "dan", "dan-2", ordered, cart_id="dan-c")
    shop.hear(order, cart("dan", "dan-3", "old", shop.now - 3 * DAY), *late)
    shop.stack.advance("2d")
    assert shop.sent("dan") == [REMINDER], "the word of the day after was stopped by the order that came late"
    told = counted(shop.decided("dan"))
    assert (told["cart entered"], told["cart refused expired"], told["often refused expired"]) == (1, 1, 10)
    assert shop.get("dan")["campaigns"] == []


@pytest.mark.parametrize("ahead", ["1h", "400d"])
def test_an_event_from_the_future_happened_when_it_was_received(shop: Shop, ahead: str) -> None:
    shop.know(who := f"eva{ahead}")
    received, spans = shop.now, {"1h": HOUR, "400d": 400 * DAY}
    shop.hear(cart(who, f"{who}-1", time=received + spans[ahead]))
    [heard] = [one for one in shop.archived() if one["id"] == f"{who}-1"]
    assert received <= heard["time"] <= received + 1000
    shop.stack.advance("59m")
    assert shop.sent(who) == []
    shop.stack.advance("2m")
    assert shop.sent(who) == [REMINDER]


@pytest.mark.parametrize("off", [-10, -5, 5, 10])
def test_a_sender_whose_clock_is_ten_minutes_off_is_served(shop: Shop, off: int) -> None:
    """Behind, or up to five minutes ahead, its time is taken as told; beyond that, the time of receipt."""
    shop.know(who := f"finn{off}")
    base = shop.now
    shop.hear(cart(who, f"{who}-1", time=base + off * MINUTE))
    shop.stack.advance("2h")
    expected = base + HOUR + min(off, 5 if off <= 5 else 0) * MINUTE
    [sent] = shop.times(who)
    assert iso(expected)[:16] <= sent <= iso(expected + MINUTE)[:16]


def test_a_poison_message_is_put_aside_with_its_reason_and_holds_up_nobody(shop: Shop) -> None:
    shop.know("gil")
    poison = ["{", "[]", '"text"', "null", '{"kairos": "event"}', '{"kairos": "event", "event": {"id": 1}}', "\ud83dx"]
    for body in poison[:6]:
        shop.letter("EventsQueue", body)
    shop.hear(event("signup", "gil", "gil-1"))
    assert shop.sent("gil") == [WELCOME]
    aside = [json.loads(body) for body in shop.clear("RejectedQueue")]
    assert counted(one["reason"] for one in aside) == {"bad_json": 1, "not_understood": 4, "bad_event": 1}
    assert sorted(one["body"] for one in aside) == sorted(poison[:6]), (
        "as they came, to be sent back when they can be read"
    )


def test_a_state_that_cannot_be_read_is_a_dead_letter_and_its_neighbours_are_served(shop: Shop) -> None:
    """Poison in the table instead of the queue: ten tries, then aside; the others of its batches never notice."""
    shop.know("hal"), shop.know("ida")
    client, key = shop.stack.session.client("dynamodb"), {"pk": {"S": "C#hal"}, "sk": {"S": "S"}}
    good = client.get_item(TableName=shop.stack.table.name, Key=key)["Item"]
    client.put_item(TableName=shop.stack.table.name, Item={**good, "body": {"B": b"\xff"}})
    shop.hear(event("signup", "hal", "hal-1"), event("signup", "ida", "ida-1"))
    assert (shop.sent("hal"), shop.sent("ida")) == ([], [WELCOME])
    shop.stack.advance("2h")
    [dead] = shop.lying("EventsDlq")
    assert json.loads(dead)["event"]["id"] == "hal-1"
    client.put_item(TableName=shop.stack.table.name, Item=good)
    shop.clear("EventsDlq")
    shop.letter("EventsQueue", dead)
    shop.stack.settle()
    assert shop.sent("hal") == [WELCOME]


LIMIT = 1024 * 1024


@pytest.mark.parametrize(("over", "status"), [(0, 202), (1, 413)])
def test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not(shop: Shop, over: int, status: int) -> None:
    told = [event("page.read", "jon", f"jon-{over}-{n}", text="x" * 150_000) for n in range(6)]
    short = json.dumps([*told, event("page.read", "jon", f"jon-{over}-6", text="")]).encode()
    told.append(event("page.read", "jon", f"jon-{over}-6", text="x" * (LIMIT + over - len(short))))
    body = json.dumps(told).encode()
    assert len(body) == LIMIT + over
    answer = shop.stack.request("POST", "/v1/events", body)
    assert answer.status == status
    shop.stack.settle()
    assert sum(one["id"].startswith(f"jon-{over}") for one in shop.archived()) == (7 if status == 202 else 0)
    if status == 413:
        assert json.loads(answer.body)["code"] == "too_large"


HOSTILE: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"{", 400),
    "not UTF-8": (b'[{"type": "a", "customer": "\xff"}]', 400),
    "NaN": (b'[{"type": "a", "customer": "b", "properties": {"n": NaN}}]', 400),
    "infinity": (b'[{"type": "a", "customer": "b", "properties": {"n": 1e999}}]', 400),
    "a lone surrogate": (b'[{"type": "a", "customer": "b", "properties": {"n": "\\ud800"}}]', 400),
    "a hundred thousand levels": (b"[" * 100_000 + b"]" * 100_000, 400),
    "33 levels": (b'[{"type": "a", "customer": "b", "properties": ' + b'{"a":' * 33 + b"1" + b"}" * 34 + b"]", 400),
    "an integer of 5,000 digits": (b'[{"type": "a", "customer": "b", "properties": {"n": ' + b"9" * 5000 + b"}}]", 400),
    "an id with a line break": (b'[{"type": "a", "customer": "a\\nb"}]', 400),
    "a type of ours": (b'[{"type": "message.sent", "customer": "b"}]', 400),
    "no event": (b"[]", 400),
    "nulls": (b"[null]", 400),
    "eleven thousand events": (b"[" + b",".join([b"1"] * 11_000) + b"]", 413),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_json_is_refused_with_a_reason_and_reaches_no_queue(shop: Shop, what: str) -> None:
    body, status = HOSTILE[what]
    answer = shop.stack.request("POST", "/v1/events", body)
    told = json.loads(answer.body)
    assert answer.status == status, told
    assert told["code"] and told["message"]
    assert shop.lying("EventsQueue") == []
