"""The environment as it must be: read once, complete or not at all."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TypeVar

Kind = TypeVar("Kind")


class BadSettings(Exception):
    """The environment lacks something, or holds what cannot be; the text names the variables."""


@dataclass(frozen=True, slots=True)
class Ingest:
    table: str
    events_queue: str
    rejected_queue: str
    catalog_dir: str
    keys_secret: str
    shopify_secret: str


@dataclass(frozen=True, slots=True)
class Deciding:
    """What every door needs that carries decisions into the table."""

    table: str
    events_queue: str
    send_queue: str
    rejected_queue: str
    archive_stream: str
    catalog_dir: str
    address_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evaluate(Deciding):
    fan_out_queue: str
    erase_queue: str


@dataclass(frozen=True, slots=True)
class Deliver(Deciding):
    bus: str
    configuration_set: str
    base_url: str
    link_key_secret: str
    send_concurrency: int = 1
    sms_configuration_set: str = ""
    sms_origination: str = ""
    push_application_id: str = ""
    whatsapp_phone_number: str = ""
    whatsapp_api_version: str = "v24.0"


@dataclass(frozen=True, slots=True)
class Sweep:
    table: str
    events_queue: str
    send_queue: str
    fan_out_queue: str
    erase_queue: str
    catalog_dir: str


@dataclass(frozen=True, slots=True)
class FanOut:
    table: str
    send_queue: str
    bulk_queue: str
    fan_out_queue: str


@dataclass(frozen=True, slots=True)
class Customers(Deciding):
    keys_secret: str
    erase_queue: str


@dataclass(frozen=True, slots=True)
class Links(Deciding):
    link_key_secret: str
    erase_queue: str


@dataclass(frozen=True, slots=True)
class Erase:
    table: str
    archive_bucket: str
    events_dlq: str
    bulk_dlq: str
    send_dlq: str
    rejected_queue: str
    address_key: str = field(repr=False)
    erasure_wait: int = 0  # minutes


def read(kind: type[Kind], environment: Mapping[str, str]) -> Kind:
    """The settings of a door: each field is the variable of its name. Raises BadSettings."""
    values: dict[str, str | int] = {}
    wrong: list[str] = []
    for each in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        name = each.name.upper()
        given = environment.get(name, "")
        if not given:
            if each.default is MISSING:
                wrong.append(f"{name} is not set")
        elif each.type in (int, "int"):
            least = 0 if each.default == 0 else 1
            if not given.isdecimal() or int(given) < least:
                wrong.append(f"{name} must be a whole number{' above 0' if least else ''}")
            else:
                values[each.name] = int(given)
        else:
            values[each.name] = given
    if wrong:
        raise BadSettings("; ".join(wrong))
    return kind(**values)
