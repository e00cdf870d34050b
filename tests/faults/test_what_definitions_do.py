"""Templates that break or explode on what customers say, and definitions that change while customers are under way."""

import time
from typing import Final

import pytest

from tests.faults.definitions import CAMPAIGNS
from tests.faults.shop import Shop, cart, counted, event

REMINDER: Final = "cart send.mail email"
LATER: Final = "cart send.later email"


def test_a_template_that_breaks_refuses_its_message_and_no_other(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """It asks for a first name that this event does not have: refused before the claim, said by line, never by value."""
    shop.know("ada"), shop.know("bea")
    shop.hear(
        event("broken.wanted", "ada", "ada-1", name="Lovelace"),
        event("broken.wanted", "bea", "bea-1", name={"first": "Bea"}),
        event("letter.wanted", "ada", "ada-2"),
    )
    assert (shop.sent("ada"), shop.sent("bea")) == (["letter send.mail email"], ["broken send.named email"])
    assert counted(shop.decided("ada")) == {
        "broken entered": 1, "broken refused failed_template": 1, "letter entered": 1, "letter sent": 1
    }  # fmt: skip
    assert shop.messages("ada") == [("refused", "failed_template"), ("sent", "")]
    assert "named.email.html" in caplog.text and "Lovelace" not in caplog.text


@pytest.mark.parametrize("count", [10**5, 10**9, 10**18])
def test_a_template_bomb_is_defused_within_seconds(shop: Shop, count: int) -> None:
    """A loop as long as the event says: a hundred thousand paragraphs, or as many as would take for ever."""
    shop.know(who := f"cam-{count}")
    began = time.process_time()
    shop.hear(event("bomb.wanted", who, f"{who}-1", count=count), event("letter.wanted", who, f"{who}-2"))
    assert time.process_time() - began < 4
    assert shop.sent(who) == ["letter send.mail email"]
    assert counted(shop.decided(who))["bomb refused failed_template"] == 1


def test_a_step_that_changes_under_way_sends_nothing_again_and_takes_nobody_back(shop: Shop) -> None:
    """Another text, and a day longer to wait: whoever waits goes on by the new definition; who was written to is not again."""
    shop.know("dan")
    shop.hear(cart("dan", "dan-1"))
    shop.stack.advance("2h")
    shop.deploy(cart=CAMPAIGNS["cart"].replace("wait: 20h", "wait: 30h"))
    shop.hear(cart("dan", "dan-1"))
    shop.stack.advance("20h")
    assert shop.sent("dan") == [REMINDER]
    shop.stack.advance("10h")
    assert shop.sent("dan") == [REMINDER, LATER]
    shop.deploy()


def test_who_stands_on_a_step_that_is_gone_leaves(shop: Shop) -> None:
    shop.know("eva")
    shop.hear(cart("eva", "eva-1"))
    shop.stack.advance("2h")
    shop.deploy(cart=CAMPAIGNS["cart"].partition(", {wait: 20h}")[0] + "]")
    shop.stack.advance("2d")
    assert (shop.sent("eva"), shop.get("eva")["campaigns"]) == ([REMINDER], [])
    assert "definition_changed" in left(shop, "eva")
    shop.deploy()


def left(shop: Shop, who: str) -> list[str]:
    lines = [line["record"] for line in shop.stack.archive.lines() if "record" in line]
    return [one["reason"] for one in lines if one["customer"] == who and one["outcome"] == "left"]


def test_a_campaign_that_is_paused_under_way_stops_before_its_next_message(shop: Shop) -> None:
    """Also before one that is decided and not yet claimed; those who wait are refused, and the chain goes on to its end."""
    shop.know("fay"), shop.know("gus")
    shop.hear(cart("fay", "fay-1"))
    shop.stack.advance("2h")

    shop.hear(cart("gus", "gus-1"))
    shop.stack.kill("DeliverFunction", 1)
    shop.stack.advance("61m")
    assert shop.messages("gus") == [("pending", "")]
    shop.deploy(cart=f"status: paused\n{CAMPAIGNS['cart']}")
    shop.stack.advance("2d")
    assert (shop.sent("fay"), shop.sent("gus")) == ([REMINDER], [])
    assert counted(shop.decided("fay")) == {"cart entered": 1, "cart sent": 1, "cart refused paused": 1}
    assert counted(shop.decided("gus")) == {"cart entered": 1, "cart refused paused": 2}
    shop.deploy()
    shop.stack.advance("2d")
    assert (shop.sent("fay"), shop.sent("gus")) == ([REMINDER], []), "what was refused does not come back"


def test_a_campaign_that_is_deleted_under_way_sends_nothing_more(shop: Shop) -> None:
    shop.know("hal"), shop.know("ida")
    shop.hear(cart("hal", "hal-1"))
    shop.stack.advance("2h")
    shop.hear(cart("ida", "ida-1"))
    shop.deploy(cart=None)
    shop.stack.advance("2d")
    assert (shop.sent("hal"), shop.sent("ida")) == ([REMINDER], [])
    assert (shop.get("hal")["campaigns"], left(shop, "hal")) == ([], ["definition_changed"])
    shop.deploy()
    shop.hear(cart("hal", "hal-1"))
    shop.stack.advance("2d")
    assert shop.sent("hal") == [REMINDER], "its key is used up, whatever was deployed in between"
