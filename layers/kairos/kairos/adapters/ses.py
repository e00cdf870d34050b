"""E-mail by SES v2: MIME made here, sent raw, tagged so that feedback finds its message."""

from collections.abc import Callable, Mapping
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate, parseaddr
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, paused
from kairos.domain import tags
from kairos.domain.events import Millis
from kairos.service.ports import Outgoing

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

_LINE: Final = 998
_WIRE: Final = compat32.clone(linesep="\r\n", max_line_length=_LINE)
_QUOTED: Final = Charset("utf-8")
_QUOTED.body_encoding = QP


class Ses:
    """The port Provider for e-mail."""

    def __init__(
        self, client: "Callable[[], SESV2Client]", *, sender: str, configuration_set: str, pace: Callable[[], None]
    ) -> None:
        self._client = client
        self._sender = mailbox(sender)
        self._configuration_set = configuration_set
        self._pace = pace

    def send(self, message: Outgoing, now: Millis) -> str:
        self._pace()
        try:
            answer = self._client().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to["email"]]},
                Content={"Raw": {"Data": mime(message, self._sender, now)}},
                EmailTags=[{"Name": name, "Value": value} for name, value in tagged(message).items()],
                ConfigurationSetName=self._configuration_set,
            )
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, ANSWERS) from error
        return answer["MessageId"]


def tagged(message: Outgoing) -> dict[str, str]:
    """What comes back with each event about this mail."""
    names = {name: getattr(message, name) for name in tags.NAMES}
    return tags.write(**names)


def mime(message: Outgoing, sender: str, now: Millis) -> bytes:
    """The whole mail: equal messages at one moment are equal bytes."""
    text = MIMEText(message.text, "plain", _QUOTED)  # type: ignore[arg-type]  # typeshed lacks Charset here
    mail: MIMEText | MIMEMultipart = text
    if message.html:
        html = MIMEText(message.html, "html", _QUOTED)  # type: ignore[arg-type]
        mail = MIMEMultipart("alternative", f"=_{message.message}", [text, html])
    mail["From"] = sender
    mail["To"] = message.to["email"]
    mail.add_header("Subject", _header("Subject", message.subject))
    mail["Date"] = formatdate(now / 1000)
    mail["Message-ID"] = f"<{message.message}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    for name, value in message.headers.items():
        del mail[name]
        mail.add_header(name, _header(name, value))
    return mail.as_bytes(policy=_WIRE)


def mailbox(sender: str) -> str:
    """`Name <address>` as a header may carry it."""
    name, address = parseaddr(sender)
    return formataddr((name, address))


def _header(name: str, value: str) -> str:
    """One line, whatever the value; encoded only where it has to be, so that a long URL stays a URL."""
    line = " ".join(value.split())
    return line if line.isascii() else Header(line, "utf-8", header_name=name).encode()
