"""What a rendered message may be, and still had better not: text messages that cost double, mails that Gmail cuts off."""

from collections.abc import Iterator
from typing import Final

from kairos.service.ports import Outgoing
from local.segments import PLACES, segments

CLIP: Final = 102 * 1024
"""Bytes of HTML that Gmail shows; the way out stands at the end."""
MESSAGES: Final = 2
"""A text with a link takes two messages."""


def cautions(made: Outgoing, source: str) -> Iterator[str]:
    """Each of them, in words; `source` is the template's text, so that it is not blamed for what a customer is called."""
    if made.channel == "sms":
        yield from _text_message(made.text, source)
    elif made.channel == "email" and (size := len(made.html.encode())) > CLIP:
        yield f"{size / 1024:.0f} KB of HTML, of which Gmail shows {CLIP // 1024}: the way out stands at the end"


def _text_message(text: str, source: str) -> Iterator[str]:
    alphabet, _, messages = segments(text)
    foreign = sorted(set(text) & set(source) - PLACES.keys())
    plain = segments("".join("x" if char in foreign else char for char in text))[2]
    if alphabet == "UCS-2" and foreign and plain < messages:
        named = ", ".join(f"{char!r}" for char in foreign)
        yield f"billed as {messages} messages, without {named} as {plain}: they are not in the alphabet of text messages"
    elif messages > MESSAGES:
        yield f"billed as {messages} messages"
