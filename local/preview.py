"""One message as it would go out, for a sample customer, with no AWS."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from kairos.adapters.rendering import JinjaRenderer
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.events import Json, Millis
from kairos.domain.state import Customer, Fact, Profile, State
from kairos.domain.tokens import Keyring
from kairos.service.ports import BrokenTemplate, Control, Dossier, Outgoing, StoredMessage
from local.cautions import cautions

Sample = Mapping[str, Any]
"""A customer (as the customers API takes one) and the event that might have started the campaign."""

BUILT_IN: Final[Sample] = {
    "customer": {
        "id": "sample",
        "attributes": {"first_name": "Sample", "country": "DK", "timezone": "Europe/Copenhagen"},
        "addresses": {"email": "sample@example.com", "phone": "+4520123456", "whatsapp": "+4520123456",
                      "push": [{"token": "sample-token", "platform": "fcm"}]},
    },
    "event": {},
}  # fmt: skip
ASKED: Final[Json] = {"type": "consent.requested", "properties": {"topic": "news", "channel": "email"}}
"""Kairos's own event that a confirmation is rendered for."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a message's links are signed with and lead to, and the key it would have been entered with."""

    keys: Keyring
    base_url: str
    key: str


BASE_URL: Final = "https://links.example"
NOWHERE: Final = Links(Keyring(b"a preview's links lead nowhere"), BASE_URL, "sample")


def samples(campaigns: Path) -> list[Sample]:
    """The customers of `campaigns/samples/`, else the built-in one."""
    return [json.loads(file.read_text()) for file in sorted((campaigns / "samples").glob("*.json"))] or [BUILT_IN]


class Previews:
    """Messages of these campaigns. Their links lead nowhere, or where `links` says; each template is compiled once."""

    def __init__(self, catalog: Json, templates: Json, links: Links = NOWHERE) -> None:
        self._catalog, self._key = catalog, links.key
        self._renderer = JinjaRenderer(templates, lambda: links.keys, links.base_url)

    def of(
        self, campaign: str, template: str, channel: str, sample: Sample, now: Millis, locale: str | None = None
    ) -> Outgoing:
        """The message. `locale` overrides the customer's. Raises BrokenTemplate."""
        definition = self._catalog["campaigns"][campaign]
        known = BUILT_IN["customer"] | sample.get("customer", {})
        put = self._put(campaign, definition, template, channel, known["id"], now)
        attributes = known["attributes"] | ({} if locale is None else {"locale": locale})
        addresses = BUILT_IN["customer"]["addresses"] | known["addresses"]
        profile = Profile({"backend": {name: Fact(value, now) for name, value in attributes.items()}}, addresses)
        stored = StoredMessage(put, known["id"], "pending")
        event = {"id": "sample", "type": "", "source": "", "customer": {}, "properties": {}, "context": {}}
        event |= sample.get("event", {}) if _starts(definition, sample) else {}
        return self._renderer.render(Dossier(stored, Customer(known["id"], State(), profile), event, Control()), now)

    def _put(
        self, campaign: str, definition: Json, template: str, channel: str, customer: str, now: Millis
    ) -> PutMessage:
        sends = [
            step
            for step in _steps(definition["steps"])
            if step["do"] in ("send", "show") and step["template"] == template
        ]
        topic = next((step["topic"] for step in sends if step.get("topic")), definition["topic"]) or ""
        return PutMessage(
            id=message_id(customer, campaign, self._key, template, channel), campaign=campaign, key=self._key,
            step=next((step["id"] for step in sends), f"send.{template}"), channel=channel, channels=(), topic=topic,
            template=template, transactional=self._catalog["policy"]["topics"].get(topic, {}).get("transactional", False),
            since=now, trigger="sample", same={}, expires=now, due=now, guard=0, catalog=self._catalog["hash"],
            coupon=_coupon(definition["steps"], template),
        )  # fmt: skip


def failures(catalog: Json, templates: Json, campaigns: Path, now: Millis) -> list[str]:
    """Every template, for every sample customer, in every locale: what cannot be rendered, each thing once."""
    return review(catalog, templates, campaigns, now)[0]


def review(catalog: Json, templates: Json, campaigns: Path, now: Millis) -> tuple[list[str], list[str]]:
    """The same, and of each template that can be rendered the first doubt whether it should be sent so."""
    broken: dict[str, None] = {}
    doubts: dict[str, str] = {}
    for where, fields, made in _rendered(catalog, templates, campaigns, now):
        if isinstance(made, BrokenTemplate):
            broken[str(made)] = None
        elif where not in doubts and (caution := next(cautions(made, str(fields.get("text", ""))), "")):
            doubts[where] = f"{where}:1:1: warning: {caution}"
    return list(broken), list(doubts.values())


def _rendered(
    catalog: Json, templates: Json, campaigns: Path, now: Millis
) -> Iterator[tuple[str, Json, Outgoing | BrokenTemplate]]:
    """The file of each template, its fields, and what it becomes."""
    previews = Previews(catalog, templates)
    for campaign, names in templates["campaigns"].items():
        fits = fitting(catalog, campaigns, campaign)
        for template, channels in names.items():
            for channel, variants in channels.items():
                for locale, fields in variants.items():
                    where = f"{campaign}/{fields['file']}"
                    for sample in fits:
                        try:
                            made = previews.of(campaign, template, channel, sample, now, locale or "und")
                            yield where, fields, made
                        except BrokenTemplate as broken:
                            yield where, fields, broken


def fitting(catalog: Json, campaigns: Path, campaign: str) -> list[Sample]:
    """The samples that could be in this campaign; all of them if none could."""
    known = samples(campaigns)
    known.append({**known[0], "event": ASKED})
    return [sample for sample in known if _fits(catalog["campaigns"][campaign], sample)] or known


def read_sample(file: Path | None) -> Sample:
    """A sample or a customer of a file; nothing without one. Exits 1 naming what is wrong with it."""
    if file is None:
        return {}
    try:
        told = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        where = f"{file}:{getattr(error, 'lineno', 1)}:{getattr(error, 'colno', 1)}"
        raise click.ClickException(f"{where}: not JSON: {getattr(error, 'msg', error)}") from None
    if not isinstance(told, dict):
        raise click.ClickException(f"{file}:1:1: not a customer, expected attributes, addresses, or customer and event")
    return told


def chosen(catalog: Json, campaigns: Path, campaign: str, given: Sample) -> Sample:
    """What is given, a sample or a customer alone; an event that starts the campaign comes with it, else a sample's."""
    fits = fitting(catalog, campaigns, campaign)[0]
    if not given:
        return fits
    sample = given if "customer" in given else {"customer": given}
    return sample if _starts(catalog["campaigns"][campaign], sample) else {**sample, "event": fits.get("event", {})}


def _fits(definition: Json, sample: Sample) -> bool:
    """Whether the sample could be in this campaign: its event starts it, or it has what date and audience look at."""
    if isinstance(definition["trigger"].get("on"), Mapping) and not _starts(definition, sample):
        return False
    return _asked(definition) <= set(sample.get("customer", {}).get("attributes", {}))


def _starts(definition: Json, sample: Sample) -> bool:
    """Whether the sample's event is of a type that starts this campaign."""
    on = definition["trigger"].get("on")
    types = on["event"] if isinstance(on, Mapping) else ()
    return "any" in types or sample.get("event", {}).get("type") in types


def _asked(definition: Json) -> set[str]:
    """The attributes without which nobody is in the campaign."""
    path = definition["trigger"].get("date", {}).get("path", ())
    return {path[1]} if path[:1] == ["attributes"] else set(_named(definition.get("audience") or {}))


def _named(condition: Json) -> Iterator[str]:
    for part in condition.get("all", ()):
        yield from _named(part)
    if "attributes" in condition:
        absent = [{"exists": False}]
        yield from (name for name, leaf in condition["attributes"].items() if leaf != absent)


def _coupon(steps: Any, template: str, held: Json | None = None) -> Json | None:
    """The coupon that a template shows: the last one on the way to it."""
    for step in steps:
        if step["do"] == "coupon":
            held = step
        if step.get("template") == template:
            break
        for branch in (step.get("else") or (), *(branch["steps"] for branch in step.get("branches", ()))):
            if any(inner.get("template") == template for inner in _steps(branch)):
                return _coupon(branch, template, held)
    return held


def _steps(steps: Any) -> Iterator[Json]:
    for step in steps:
        yield step
        yield from _steps(step.get("else") or ())
        for branch in step.get("branches", ()):
            yield from _steps(branch["steps"])
