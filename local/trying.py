"""A test message: rendered for a sample, marked, and given to the stack's own providers past everything that counts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from kairos.adapters.aws import Aws
from kairos.catalog.bundle import Bundle
from kairos.domain.identity import TESTER
from kairos.domain.mail import address
from kairos.domain.tokens import Keyring
from kairos.outlets import providers
from kairos.service.ports import Outgoing
from local import key_lists
from local.preview import Links, Previews, chosen
from local.reach import Reached

MARK: Final = "[TEST] "
HEADER: Final = "X-Kairos-Test"
_KINDS: Final = {"email": "email", "sms": "phone", "whatsapp": "whatsapp"}


@dataclass(frozen=True)
class Ways:
    """What the stack sends with, as its parameters say."""

    configuration_set: str
    sms_configuration_set: str
    sms_origination: str
    push_application_id: str
    whatsapp_phone_number: str
    whatsapp_api_version: str
    send_concurrency: int = 1


def channel_of(to: str, asked: str | None) -> str:
    """The channel that an address is of. Exits 2 if it is none."""
    if to.startswith("arn:") and not asked:
        return "push"
    if to.startswith("+") and to[1:].isdecimal():
        return asked or "sms"
    try:
        if not asked and address(to):
            return "email"
    except ValueError:
        pass
    raise click.UsageError(
        f"--to {to}: an e-mail address, a phone number such as +4520123456, or a push endpoint's ARN"
    )


class Trial:
    """Sends tests by one stack."""

    def __init__(self, reached: Reached, bundle: Bundle, campaigns: Path, now: int) -> None:
        self._bundle, self._campaigns, self._now = bundle, campaigns, now
        settings = reached.settings()
        base_url = settings.get("BaseUrl") or settings.get("ApiUrl", "")
        links = Links(Keyring.parse(key_lists.read(reached, "LinkKeySecret")), base_url, f"test {now}")
        self._previews = Previews(bundle.catalog, bundle.templates, links)
        self._ways = _ways(reached.stack, settings)

    def send(self, campaign: str, name: str, channel: str, to: str, given: Any, locale: str | None) -> str:
        """Renders, marks and sends one template; what the provider calls it. Raises what both raise."""
        sample = chosen(self._bundle.catalog, self._campaigns, campaign, given)
        who = {**sample.get("customer", {}), "id": TESTER, "addresses": _reached_by(channel, to)}
        made = marked(self._previews.of(campaign, name, channel, {**sample, "customer": who}, self._now, locale))
        os.environ.setdefault("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", ""))
        return providers(self._ways, Aws(), self._bundle.catalog["policy"])[channel].send(made, self._now)


def marked(made: Outgoing) -> Outgoing:
    """The message as a test; what WhatsApp approved cannot be marked."""
    headers = {**made.headers, HEADER: "1"} if made.channel == "email" else made.headers
    if made.channel == "sms":
        return replace(made, text=MARK + made.text, transactional=True)
    return replace(made, subject=MARK + made.subject if made.subject else "", headers=headers)


def _reached_by(channel: str, to: str) -> Mapping[str, Any]:
    return {"push": [{"token": to, "platform": "sns", "arn": to}]} if channel == "push" else {_KINDS[channel]: to}


def _ways(stack: str, settings: Mapping[str, str]) -> Ways:
    return Ways(
        configuration_set=stack,
        sms_configuration_set=stack,
        sms_origination=settings.get("SmsOriginationArn", ""),
        push_application_id=settings.get("PushApplicationId", ""),
        whatsapp_phone_number=settings.get("WhatsAppPhoneNumberArn", ""),
        whatsapp_api_version=settings.get("WhatsAppApiVersion", ""),
    )
