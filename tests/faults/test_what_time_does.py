"""Minutes that do not come, come late or twice; wake-ups that are lost or find nothing; clocks that are changed."""

from typing import Final

import pytest

from local.clock import MINUTE
from tests.faults.shop import Shop, cart, event

REMINDER: Final = "cart send.mail email"
LATER: Final = "cart send.later email"


def wait(shop: Shop, minutes: int) -> None:
    """Time passes and nothing is done in it."""
    vars(shop.stack.clock)["now"] += minutes * MINUTE


def test_with_every_wake_up_lost_for_an_hour_everything_goes_out_once_behind_it(shop: Shop) -> None:
    """What the sweep queues, and what evaluate queues for deliver, is gone each minute; what is due stays due."""
    shop.know("ada")
    shop.hear(cart("ada", "ada-1"))
    lost = 0
    with shop.sweepless():
        shop.stack.advance("59m")
    for minute in range(60):
        wait(shop, 1)
        shop.stack.player.minute(shop.now)
        if minute == 30:
            shop.stack.lambdas.invoke("EvaluateFunction", _record(shop.clear("EventsQueue")[0]))  # one gets through
        lost += len(shop.clear("EventsQueue", "SendQueue"))
    assert lost > 40 and shop.sent("ada") == []
    shop.stack.advance("1m")
    assert shop.sent("ada") == [REMINDER]
    assert shop.decided("ada") == ["cart entered", "cart sent"]


def _record(body: str) -> dict[str, list[dict[str, object]]]:
    return {"Records": [{"messageId": "m", "body": body, "attributes": {}, "eventSourceARN": "arn:aws:sqs:::q"}]}


def test_a_sweep_that_runs_twice_sends_once(shop: Shop) -> None:
    shop.know("bea")
    shop.hear(cart("bea", "bea-1"))
    with shop.sweepless():
        shop.stack.advance("61m")
    for _ in range(3):
        shop.stack.player.minute(shop.now)
    assert len(shop.lying("EventsQueue")) == 3
    shop.stack.settle()
    assert (shop.sent("bea"), shop.decided("bea")) == ([REMINDER], ["cart entered", "cart sent"])


def test_a_sweep_that_is_late_sends_late(shop: Shop) -> None:
    """The second word still comes when it was meant to, twenty hours behind the moment of the first."""
    shop.know("cam")
    shop.hear(cart("cam", "cam-1"))
    begun = shop.now
    with shop.sweepless():
        shop.stack.advance("3h")
    shop.stack.advance("1m")
    assert shop.sent("cam") == [REMINDER]
    shop.stack.advance_to(begun + 21 * 60 * MINUTE - 2 * MINUTE)
    assert shop.sent("cam") == [REMINDER]
    shop.stack.advance("5m")
    assert shop.sent("cam") == [REMINDER, LATER]


def test_a_sweep_that_is_absent_for_a_day_sends_nothing_stale(shop: Shop) -> None:
    """Reminders have expired, and say so; a receipt needs no sweep; a wait that is over goes on with what is still good."""
    for who in ("dan", "eva"):
        shop.know(who)
    shop.hear(cart("dan", "dan-1"))
    shop.stack.advance("2h")
    shop.hear(cart("eva", "eva-1"), event("nine.wanted", "eva", "eva-2"))
    with shop.sweepless():
        shop.stack.advance("24h")
        shop.hear(event("signup", "eva", "eva-3"))
    assert (shop.sent("dan"), shop.sent("eva")) == ([REMINDER], ["welcome send.mail email"])
    shop.stack.advance("1m")
    assert shop.sent("dan") == [REMINDER, LATER], "due five hours ago, and good for six"
    assert shop.sent("eva", "cart") == [] and "cart refused expired" in shop.decided("eva")
    assert [word for word in shop.decided("eva") if word.startswith("nine")][-1] in (
        "nine sent",
        "nine refused expired",
    )


def test_a_wake_up_for_a_run_that_has_ended_writes_nothing(shop: Shop) -> None:
    shop.know("fay")
    shop.hear(cart("fay", "fay-1"))
    shop.stack.advance("90m")
    shop.hear(event("order.placed", "fay", "fay-2", cart_id="fay-c"))
    assert shop.get("fay")["campaigns"] == []
    before = list(shop.items())
    for who in ("fay", "nobody", "anonymous:nobody"):
        for _ in range(3):
            shop.letter("EventsQueue", {"kairos": "wake", "customer": who})
    shop.stack.settle()
    assert list(shop.items()) == before
    shop.stack.advance("2d")
    assert shop.sent("fay") == [REMINDER]


@pytest.mark.parametrize(
    ("why", "asked", "goes"),
    [
        # summer time ends on the 25th of October: 02:30 comes twice, the first time counts
        ("an hour that comes twice", "2026-10-24T18:00:00Z", "2026-10-25T00:30"),
        ("the day after it", "2026-10-25T18:00:00Z", "2026-10-26T01:30"),
        # it begins on the 28th of March: there is no 02:30, the next time that exists is 03:00
        ("an hour that does not come", "2027-03-27T18:00:00Z", "2027-03-28T01:00"),
        ("the day after that", "2027-03-28T18:00:00Z", "2027-03-29T00:30"),
    ],
)
def test_half_past_two_in_the_night_in_which_clocks_are_changed(shop: Shop, why: str, asked: str, goes: str) -> None:
    shop.know(who := f"gus-{asked[:10]}")
    shop.stack.advance_to(asked)
    shop.hear(event("night.wanted", who, f"{who}-1"))
    shop.stack.advance("23h")
    assert shop.times(who) == [goes], why


def test_who_flies_west_while_they_wait_is_written_to_once_at_nine_where_they_are(shop: Shop) -> None:
    shop.stack.advance_to("2027-04-05T20:00:00Z")
    for who in ("hal", "ivy", "jim"):
        shop.know(who, timezone="Asia/Tokyo")
        shop.hear(event("nine.wanted", who, f"{who}-1"))
    shop.stack.advance_to("2027-04-05T21:00:00Z")
    shop.put("hal", attributes={"timezone": "America/New_York"})
    shop.stack.advance_to("2027-04-06T01:00:00Z")
    shop.put("ivy", attributes={"timezone": "America/New_York"})
    shop.stack.advance_to("2027-04-08T00:00:00Z")
    assert shop.times("jim") == ["2027-04-06T00:00"], "stayed"
    assert shop.times("hal") == ["2027-04-06T13:00"], "left before nine in Tokyo"
    assert shop.times("ivy") == ["2027-04-06T00:00"], "left after it"


def test_who_was_born_on_a_leap_day_is_congratulated_every_year(shop: Shop) -> None:
    shop.stack.advance_to("2028-02-01T00:00:00Z")
    shop.know("kim", birthday="2000-02-29")
    shop.know("lea", birthday="1999-02-28")
    shop.stack.advance_to("2029-04-01T00:00:00Z")
    assert shop.times("kim") == ["2028-02-29T08:00", "2029-02-28T08:00"]
    assert shop.times("lea") == ["2028-02-28T08:00", "2029-02-28T08:00"]
