from dataclasses import replace
from typing import Any

import pytest

from kairos.service.ports import Outgoing
from local.cautions import cautions
from local.segments import segments


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("ø" * 306, ("GSM-7", 306, 2)),
        ("€" * 81, ("GSM-7", 162, 2)),
        ("ş" + "a" * 69, ("UCS-2", 70, 1)),
        ("ş" + "a" * 70, ("UCS-2", 71, 2)),
        ("🕯" * 35, ("UCS-2", 70, 1)),
    ],
)
def test_what_a_text_is_billed_as(text: str, told: tuple[str, int, int]) -> None:
    assert segments(text) == told


SENT = Outgoing(message="m", customer="ada", campaign="c", step="send.x", variant="", channel="sms", to={})


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("a" * 306, "", []),
        ("a" * 307, "", ["billed as 3 messages"]),
        ("a" * 100 + "…", "Hi …", ["billed as 2 messages, without '…' as 1: they are not in the alphabet of text messages"]),
        ("a" * 60 + "…", "Hi …", []),  # one message all the same
        ("a" * 100 + "ž", "Hi {{ customer.name }}", []),  # a customer's name is nobody's mistake
        ("a" * 250 + "ž", "Hi {{ customer.name }}", ["billed as 4 messages"]),
    ],
)  # fmt: skip
def test_a_text_that_costs_more_than_it_must_is_told(text: str, source: str, said: list[str]) -> None:
    assert list(cautions(replace(SENT, text=text), source)) == said


@pytest.mark.parametrize(("size", "said"), [(104_448, []), (104_449, 1)])
def test_a_mail_that_gmail_cuts_off_is_told(size: int, said: Any) -> None:
    told = list(cautions(replace(SENT, channel="email", html="x" * size), ""))
    assert told == (said and ["102 KB of HTML, of which Gmail shows 102: the way out stands at the end"])
