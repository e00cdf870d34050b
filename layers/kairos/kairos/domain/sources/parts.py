"""The parts that several sources share: moments, ids, consents, addresses, and the refusal that names a field."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from kairos.domain.events import AHEAD, Consent, Json, Millis

TEXT: Final = 256
PLATFORMS: Final = ("fcm", "apns", "sns")
PHONE: Final = r"^[ ().\-/]*(\+|00)[ ().\-/]*[1-9]([ ().\-/]*[0-9]){6,14}[ ().\-/]*$"
"""A number as people write it: with its country, and what makes it easier to read."""


class Forms(Protocol):
    """What brings an address into its one form; this module's own functions do where nobody can wait for a library."""

    def email(self, value: str, field: str, /) -> str:
        """Raises BadEvent."""

    def phone(self, value: str, field: str, /) -> str:
        """Raises BadEvent."""


class BadEvent(Exception):
    """It cannot be understood; `code` is for programs, the message for people, `field` says where."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.code = code
        self.message = message
        self.field = field


def moment(value: Any, field: str) -> Millis:
    """ISO 8601 as milliseconds; without a zone it is UTC."""
    if not isinstance(value, str):
        raise BadEvent("bad_time", "must be an ISO 8601 time such as 2026-11-23T09:00:00Z", field)
    try:
        read = datetime.fromisoformat(value)
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadEvent("bad_time", "must be an ISO 8601 time such as 2026-11-23T09:00:00Z", field) from error


def believed(time: Millis, received: Millis) -> Millis:
    """The event's own time, unless it claims to be further ahead of its receipt than clocks differ."""
    return received if time > received + AHEAD else time


def text(value: Any, field: str, *, longest: int = TEXT) -> str:
    """A non-empty string of printable characters."""
    if not isinstance(value, str) or not value.strip():
        raise BadEvent("bad_value", "must be a non-empty string", field)
    if len(value) > longest:
        raise BadEvent("too_long", f"must have at most {longest} characters", field)
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise BadEvent("bad_value", "must not contain control characters", field)
    return value


def optional_text(body: Json, name: str, field: str) -> str:
    """The same, or nothing if it is missing or null."""
    value = body.get(name)
    return "" if value is None else text(value, field)


def mapping(value: Any, field: str) -> dict[str, Any]:
    """An object; nothing where it is missing or null."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEvent("bad_value", "must be an object", field)
    return value


def consents(value: Any, time: Millis, field: str = "consents") -> tuple[Consent, ...]:
    """Words of consent; without a time of their own they were spoken at `time`."""
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BadEvent("bad_value", "must be a list", field)
    return tuple(_consent(mapping(each, f"{field}.{i}"), time, f"{field}.{i}") for i, each in enumerate(value))


def _consent(body: Json, time: Millis, field: str) -> Consent:
    if body.get("state") not in ("granted", "withdrawn"):
        raise BadEvent("bad_value", "must be granted or withdrawn", f"{field}.state")
    spoken = body.get("time")
    return Consent(
        topic=text(body.get("topic"), f"{field}.topic"),
        channel=text(body.get("channel"), f"{field}.channel"),
        state=body["state"],
        time=time if spoken is None else believed(moment(spoken, f"{field}.time"), time),
        source=optional_text(body, "source", f"{field}.source"),
        wording="" if body.get("wording") is None else text(body["wording"], f"{field}.wording", longest=4096),
        proof="" if body.get("proof") is None else text(body["proof"], f"{field}.proof", longest=1024),
    )


def addresses(value: Any, field: str = "addresses", forms: Forms | None = None) -> dict[str, Any]:
    """Addresses by kind, as `forms` has them; null takes one away."""
    body = mapping(value, field)
    for kind in body:
        if kind not in ("email", "phone", "whatsapp", "push"):
            raise BadEvent("unknown_field", "must be email, phone, whatsapp or push", f"{field}.{kind}")
    plain = {k: None if v is None else text(v, f"{field}.{k}") for k, v in body.items() if k != "push"}
    for kind, form in (
        ("email", forms.email if forms else email),
        ("phone", forms.phone if forms else phone),
        ("whatsapp", forms.phone if forms else phone),
    ):
        if given := plain.get(kind):
            plain[kind] = form(given, f"{field}.{kind}")
    if "push" not in body:
        return plain
    return plain | {"push": _tokens(body["push"], f"{field}.push")}


def email(value: str, field: str) -> str:
    """An address with a name, one @ and a domain; whether it exists only the provider knows."""
    name, at, domain = value.partition("@")
    if not (name and at and domain) or "@" in domain or " " in value:
        raise BadEvent("bad_value", "must be an e-mail address", field)
    return value


def phone(value: str, field: str) -> str:
    """A number with its country, in the one form in which carriers and providers write it (E.164)."""
    if not re.fullmatch(PHONE, value):
        raise BadEvent("bad_value", "must be a phone number with its country, such as +45 20 12 34 56", field)
    digits = re.sub(r"\D", "", value.replace("(0)", ""))  # (0) is dialled at home only
    return f"+{digits.removeprefix('00')}"


def _tokens(value: Any, field: str) -> list[dict[str, Any]] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise BadEvent("bad_value", "must be a list", field)
    tokens = []
    for i, each in enumerate(value):
        body = mapping(each, f"{field}.{i}")
        if body.get("platform") not in PLATFORMS:
            raise BadEvent("bad_value", f"must be one of {', '.join(PLATFORMS)}", f"{field}.{i}.platform")
        token = {"token": text(body.get("token"), f"{field}.{i}.token", longest=4096), "platform": body["platform"]}
        arn = optional_text(body, "arn", f"{field}.{i}.arn")
        tokens.append(token | ({"arn": arn} if arn else {}))
    return tokens


def customer_attributes(value: Any, field: str = "attributes") -> Mapping[str, Any]:
    """Attributes by name; null takes one away."""
    body = mapping(value, field)
    for name in body:
        text(name, f"{field}.{name[:TEXT]}")
    return body
