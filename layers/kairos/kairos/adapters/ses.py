"""E-mail by SES v2: MIME made here, sent raw, tagged so that feedback finds its message."""

import re
from collections.abc import Callable, Mapping
from email.utils import formataddr, formatdate, parseaddr
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, paused
from kairos.domain import tags
from kairos.domain.events import Millis
from kairos.domain.mail import compose
from kairos.service.ports import Outgoing, Refused

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

ANSWERS: Final[Mapping[str, Answer]] = {
    "TooManyRequestsException": later,
    "LimitExceededException": paused,  # the day's quota is used up
    "AccountSuspendedException": paused,
    "SendingPausedException": paused,
    "MailFromDomainNotVerifiedException": paused,
    "NotFoundException": paused,  # the configuration set
    "MessageRejected": never,
    "BadRequestException": never,
}


_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]")


class SesEmail:
    """The port Provider for e-mail."""

    def __init__(
        self, client: "Callable[[], SESV2Client]", *, sender: str, configuration_set: str, pace: Callable[[bool], None]
    ) -> None:
        self._client = client
        self._sender = mailbox(sender)
        self._configuration_set = configuration_set
        self._pace = pace

    def send(self, message: Outgoing, now: Millis) -> str:
        self._pace(message.transactional)
        try:
            answer = self._client().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to["email"]]},
                Content={"Raw": {"Data": mime(message, self._sender, now)}},
                EmailTags=[
                    {"Name": name, "Value": value} for name, value in (tagged(message) | _feedback_id(message)).items()
                ],
                ConfigurationSetName=self._configuration_set,
            )
        except (ClientError, BotoCoreError) as error:
            raise (paused("DailyQuota") if _of_the_day(error) else meaning(error, ANSWERS)) from error
        return answer["MessageId"]


def _of_the_day(error: Exception) -> bool:
    """Whether it is the day's quota that is used up: only the text of a throttling says that it is not the second's."""
    return isinstance(error, ClientError) and "Daily message quota exceeded" in error.response["Error"].get(
        "Message", ""
    )


def tagged(message: Outgoing) -> dict[str, str]:
    """What comes back with each event about this mail."""
    names = {name: getattr(message, name) for name in tags.NAMES}
    return tags.write(**names)


def _feedback_id(message: Outgoing) -> dict[str, str]:
    """The first two fields of the Feedback-ID that SES writes: by them Gmail tells complaints apart. Nobody's id is in it."""
    named = {"ses:feedback-id-a": message.campaign, "ses:feedback-id-b": message.step}
    return {name: value for name, text in named.items() if (value := _OTHER.sub("_", text)[: tags.LONGEST])}


def mime(message: Outgoing, sender: str, now: Millis) -> bytes:
    """The whole mail: equal messages at one moment are equal bytes. Raises Refused for an address that is none."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    own = {"From": sender, "Date": formatdate(now / 1000), "Message-ID": f"<{message.message}@{domain}>"}
    try:
        return compose(
            to=message.to["email"], subject=message.subject, text=message.text, html=message.html,
            headers=own | dict(message.headers), boundary=message.message,
        )  # fmt: skip
    except ValueError as error:
        raise Refused("undeliverable", "InvalidAddress") from error


def mailbox(sender: str) -> str:
    """`Name <address>` as a header may carry it."""
    name, address = parseaddr(sender)
    return formataddr((name, address))
