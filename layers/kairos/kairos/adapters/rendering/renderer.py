"""A decided message becomes what goes out: the template of its campaign, in the customer's language."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Template

from kairos.adapters.rendering import addresses, limits
from kairos.adapters.rendering.environment import Scope, compiled, environment, render
from kairos.adapters.rendering.helpers import date_in, locales, money_in, plain, zone
from kairos.adapters.rendering.strangers import guarded, named
from kairos.domain import coupons, tokens
from kairos.domain.coupons import Issued
from kairos.domain.events import Json, Millis
from kairos.domain.mail import LONGEST_SUBJECT, mailbox, one_line
from kairos.domain.state import Profile
from kairos.domain.tokens import Answer, Confirm, Keyring, Link, Preferences, Unsubscribe
from kairos.service.ports import BrokenTemplate, Dossier, Outgoing

_GAPS: Final = re.compile(r"[ \t]+(?=\n)|\n{3,}")
Part = Callable[..., str]
_PRECEDENCE: Final = ("backend", "declared", "behaviour")


class JinjaRenderer:
    """Renders from the compiled `templates.json`; every template is compiled once per process."""

    def __init__(self, bundle: Json, keys: Callable[[], Keyring], base_url: str) -> None:
        self._bundle = bundle
        self._live = keys
        self._base = base_url.rstrip("/")
        self._hosts = _hosts(bundle, self._base)
        self._html, self._text = environment(html=True), environment(html=False)
        self._compiled: dict[tuple[str, ...], Template] = {}

    @property
    def _keys(self) -> Keyring:
        """Those of the moment: they may be rotated while a worker lives."""
        return self._live()

    def render(self, dossier: Dossier, now: Millis) -> Outgoing:
        """The message as it goes out. Raises BrokenTemplate, also when the template or the address is gone."""
        put = dossier.message.put
        profile = dossier.customer.profile or Profile()
        attributes = named(profile.merged(self._bundle.get("precedence", _PRECEDENCE)))
        chain = locales(attributes.get("locale"), self._bundle["locale"])
        variants = self._bundle["campaigns"].get(put.campaign, {}).get(put.template, {}).get(put.channel, {})
        variant = next((locale for locale in chain if locale in variants), None)
        if variant is None:
            raise BrokenTemplate(f"{put.campaign}: no {put.channel} template {put.template!r} in {chain}")
        local = zone(attributes.get("timezone"), self._bundle["timezone"])
        coupon = (
            coupons.shown(put.coupon, dossier.coupon or self._issued(put.coupon, now), local) if put.coupon else None
        )
        scope = self._scope(dossier, attributes, chain[0], local, coupon, now)
        part = partial(self._part, variants[variant], (put.campaign, put.template, put.channel, variant), scope)
        made = Outgoing(
            message=put.id, customer=dossier.message.customer, campaign=put.campaign, step=put.step,
            variant=put.variant, channel=put.channel, to=_to(profile, put.channel), transactional=put.transactional,
            expires=put.expires, **_CONTENTS[put.channel](part, variants[variant]),
        )  # fmt: skip
        limits.check(made, f"{put.campaign}/{variants[variant]['file']}")
        return made if put.channel != "email" else self._mail(made, part, put.topic, scope.get("unsubscribe_url"), now)

    def _issued(self, coupon: Json, now: Millis) -> Issued:
        """The code of a preview: what the coupon would get if nobody had it."""
        return Issued(coupons.derive(coupon, self._keys), coupons.ends(coupon, now))

    def _part(self, fields: Json, name: tuple[str, ...], scope: Scope, *path: str) -> str:
        """One rendered field of a template; empty if it has none."""
        source: Any = fields
        for key in path:
            source = source[int(key)] if isinstance(source, list) else source.get(key, "")
        if not source:
            return ""
        where = f"{name[0]}/{fields['file']}"
        if (*name, *path) not in self._compiled:
            made = self._html if path == ("html",) else self._text
            self._compiled[*name, *path] = compiled(made, source, where)
        lines = {line: _place(where, *origin) for line, *origin in fields.get("lines", {}).get(path[0], ())}
        return render(self._compiled[*name, *path], scope, where, lines)

    def _scope(
        self, dossier: Dossier, attributes: Json, locale: str, local: ZoneInfo, coupon: Json | None, now: Millis
    ) -> dict[str, Any]:
        """All that a template of this message can name."""
        put, customer = dossier.message.put, dossier.message.customer
        about = {"customer": customer, "message": put.id, "campaign": put.campaign, "step": put.step,
                 "variant": put.variant, "channel": put.channel}  # fmt: skip
        hosts = self._hosts if dossier.event.get("browser") else frozenset()
        event = guarded(dossier.event, hosts) if hosts else dossier.event

        def signed(door: str, payload: tokens.Payload) -> str:
            return f"{self._base}/{door}/{tokens.sign(payload, self._keys, now)}"

        def link(url: Any, label: str = "") -> str:
            """The signed, tracked form of an address; the label is for whoever reads the template."""
            return signed("l", Link(url=addresses.web_address(url, hosts), **about))

        def answer(attribute: str, value: tokens.Scalar, label: str = "", question: str = "") -> str:
            """Where a page asks once more; label and question are what it says, in the message's own words."""
            words = {"label": plain(label), "question": plain(question), "locale": locale if label or question else ""}
            return signed("l", Answer(attribute=attribute, value=value, **about, **words))

        scope: dict[str, Any] = {
            "customer": attributes, "event": event, "brand": self._bundle["brand"], "locale": locale,
            "campaign": {"name": put.campaign, "step": put.step, "variant": put.variant, "topic": put.topic},
            "now": datetime.fromtimestamp(now / 1000, UTC).astimezone(local),
            addresses.HOSTS: hosts, "link": link, "answer": answer, "preferences_url": signed("p", Preferences(customer, put.id)),
            "money": money_in(locale, self._bundle["currency"]), "date": date_in(locale, local),
        }  # fmt: skip
        if not put.transactional:  # there is no consent to withdraw
            opt_out = Unsubscribe(customer=customer, topic=put.topic, channel=put.channel, message=put.id)
            scope["unsubscribe_url"] = signed("u", opt_out)
        asked = dossier.event.get("properties") or {}
        if dossier.event.get("type") == "consent.requested" and {"topic", "channel"} <= asked.keys():
            scope["confirm_url"] = signed("c", Confirm(customer, str(asked["topic"]), str(asked["channel"]), put.id))
        return scope if coupon is None else scope | {"coupon": coupon}

    def _mail(self, made: Outgoing, part: Part, topic: str, opt_out: str | None, now: Millis) -> Outgoing:
        """The message with the headers of a mail. SES replaces Date and Message-ID with its own."""
        brand = self._bundle["brand"]
        sender, reply_to = (
            _mailbox(name, part(name) or brand.get(key, "")) for name, key in (("from", "email"), ("reply_to",) * 2)
        )
        domain = parseaddr(sender)[1].rpartition("@")[2]
        headers = {
            "From": sender,
            "Date": format_datetime(datetime.fromtimestamp(now / 1000, UTC)),
            "Message-ID": f"<{made.message}@{domain}>",
            "Auto-Submitted": "auto-generated",
        }
        if reply_to:
            headers["Reply-To"] = reply_to
        if opt_out is not None:
            headers |= {
                "List-Id": f"{topic} <{topic}.{domain}>",
                "List-Unsubscribe": f"<{opt_out}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        return replace(made, headers=headers)


def _hosts(bundle: Json, base_url: str) -> frozenset[str]:
    """Where links may lead: the brand's hosts and our own; anywhere if the brand names none."""
    known = bundle.get("hosts") or ()
    return frozenset((*known, urlsplit(base_url).hostname or "")) if known else frozenset()


def _place(where: str, line: int, layout: str = "") -> str:
    """A line as errors name it: of the template, or of the layout around it."""
    return f"{layout or where}:{line}"


@lru_cache(maxsize=16)
def _mailbox(field: str, text: str) -> str:
    try:
        return mailbox(text) if text else ""
    except ValueError:
        raise BrokenTemplate(f"{field}: not an e-mail address") from None


def _email(part: Part, fields: Json) -> dict[str, Any]:
    return {"subject": one_line(part("subject"), LONGEST_SUBJECT), "html": part("html"), "text": _tidy(part("text"))}


def _sms(part: Part, fields: Json) -> dict[str, Any]:
    return {"text": _tidy(part("text")).strip()}


def _push(part: Part, fields: Json) -> dict[str, Any]:
    """Title and body, and for the app: where it leads, and what else the template tells it."""
    told = {name: part("data", name) for name in fields.get("data", {})}
    link = part("link")
    title = one_line(part("title"), LONGEST_SUBJECT)
    return {"subject": title, "text": part("body"), "data": told | ({"link": link} if link else {})}


def _show(part: Part, fields: Json) -> dict[str, Any]:
    """Content of a page: HTML, or data whose texts are rendered one by one, so that no value breaks its form."""
    if "json" not in fields:
        html = part("html")
        return {"html": html, "text": html}
    data = _filled(part, fields["json"], "json")
    return {"data": data, "text": json.dumps(data, ensure_ascii=False, indent=2)}


def _filled(part: Part, node: Any, *path: str) -> Any:
    if isinstance(node, Mapping):
        return {name: _filled(part, value, *path, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(part, value, *path, str(number)) for number, value in enumerate(node)]
    return part(*path) if isinstance(node, str) else node


def _whatsapp(part: Part, fields: Json) -> dict[str, Any]:
    """What an approved template is filled with: each parameter on one line, as WhatsApp takes no other, and none empty."""
    told: dict[str, Any] = {name: one_line(part(name)) for name in ("template", "language", "image") if name in fields}
    for name, holder in ((name, fields[name]) for name in ("parameters", "buttons") if name in fields):
        keys = holder if isinstance(holder, Mapping) else range(len(holder))
        filled = {key: one_line(part(name, str(key))) for key in keys}
        if missing := [key for key, text in filled.items() if holder[key] and not text]:
            raise BrokenTemplate(f"{name}.{missing[0]}: empty, which WhatsApp does not take")
        told[name] = filled if isinstance(holder, Mapping) else list(filled.values())
    parameters = told.get("parameters", ())
    values = parameters.values() if isinstance(parameters, Mapping) else parameters
    return {"text": f"{told['template']} ({told['language']}): {', '.join(values)}", "data": told}


_CONTENTS: Final = {"email": _email, "sms": _sms, "push": _push, "show": _show, "whatsapp": _whatsapp}


def _to(profile: Profile, channel: str) -> Mapping[str, Any]:
    """Where it goes: the address, or the first push token, the one that stands for the customer's devices."""
    if channel == "show":
        return {}
    kind = "phone" if channel == "sms" else channel
    value = profile.address(kind)
    if not value:
        raise BrokenTemplate(f"no {kind} to send to")
    return dict(value[0]) if channel == "push" else {kind: value}


def _tidy(text: str) -> str:
    """Text without the gaps that statements of a template leave."""
    return _GAPS.sub(lambda gap: "\n\n" if "\n" in gap[0] else "", text)
