"""Messages that customers write: End User Messaging's two-way SMS, which comes over a topic, and WhatsApp's (whatsapp.py).

https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
"""

from dataclasses import dataclass
from typing import Any

from kairos.domain import replies
from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.identity import AddressHash
from kairos.domain.sources import json_text, parts


@dataclass(frozen=True, slots=True)
class Text:
    """One of them. It has no time of its own: that of its notification is the nearest there is."""

    id: str
    time: Millis
    number: str  # whose it is
    text: str
    answers: str = ""  # the provider's id of the message that it answers
    channel: str = "sms"  # or whatsapp

    @property
    def keyword(self) -> replies.Keyword:
        """Which of the words that everybody understands it is."""
        return replies.keyword(self.text)

    def place(self, address_hash: AddressHash) -> str:
        """`channel#hash` of the number."""
        return f"{self.channel}#{address_hash(self.channel, self.number)}"

    def event(self, owner: str, received: Millis, address_hash: AddressHash, stopped: Millis = 0) -> Event:
        """For somebody who has this number, or without one for the number itself; `stopped` is when START's STOP was."""
        said = {"answers": self.answers, "stopped": stopped}
        return Event(
            id=f"{self.channel}.{self.id}", type=f"{self.channel}.received", time=self.time, received=received,
            source=self.channel, own=True,
            customer=Ref(id=owner) if owner else Ref(phone=self.number),
            properties={
                "channel": self.channel, "text": self.text, "keyword": self.keyword, "inbound_id": self.id,
                "address_hash": address_hash(self.channel, self.number), **{name: value for name, value in said.items() if value},
            },
        )  # fmt: skip


def is_one(body: Any) -> bool:
    """Whether it is a text message that somebody sent."""
    return isinstance(body, dict) and {"originationNumber", "messageBody", "inboundMessageId"} <= body.keys()


def read(body: Json, time: Millis) -> tuple[Text, ...]:
    """What somebody wrote, at that time. Raises BadEvent."""
    text = body["messageBody"]
    if not isinstance(text, str):
        raise parts.BadEvent("bad_value", "must be a text", "messageBody")
    return (
        Text(
            id=parts.text(body["inboundMessageId"], "inboundMessageId"),
            time=time,
            number=parts.text(body["originationNumber"], "originationNumber"),
            text=json_text.whole(text),
            answers=parts.optional_text(body, "previousPublishedMessageId", "previousPublishedMessageId"),
        ),
    )
