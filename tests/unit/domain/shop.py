"""A small shop's definitions and customers, for tables about decisions."""

from typing import Any, Self

from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Decision, PutEntry, PutMessage
from kairos.domain.events import Consent, Event, Heard, Millis, Occurrence, Ref, Wake
from kairos.domain.identity import keyed
from kairos.domain.link import link
from kairos.domain.state import Customer, Profile, State

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
T0: Millis = 1_780_304_400_000
"""2026-06-01 09:00 UTC, a Monday."""

address_hash = keyed(b"")
"""Definitions that belong to no stack have no key."""

POLICY: dict[str, Any] = {
    "brand": {"name": "Nordlys"}, "timezone": "UTC", "locale": "en", "currency": "DKK",
    "topics": {"offers": {"consent": "explicit"}, "news": {"consent": "double_opt_in"}, "tips": {"consent": "implied"},
               "service": {"transactional": True}},
    "quiet_hours": [], "frequency_caps": [], "cooldown_groups": {}, "segments": {}, "publish": [],
    "arbitration": {"keep": 1, "window": 0, "then": "drop", "after": 4 * HOUR},
    "attributes": {"precedence": ["backend", "declared", "behaviour"], "indexed": []},
    "retention": {"keys": 400 * DAY, "decisions": 90 * DAY, "profiles": 1095 * DAY},
    "providers": {"sms": "sns", "push": "sns"}, "interest": {}, "scoring": [], "grades": [], "history": None,
}  # fmt: skip

TOTAL = {"properties": {"total": [{"numeric": [">", 0]}]}}


def on(*types: str, match: Any = None, same: str | None = None) -> dict[str, Any]:
    return {"event": list(types), "match": match, "same": same}


def send(template: str = "hello", *channels: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"send.{template}",
        "do": "send",
        "channel": list(channels or ("email",)),
        "template": template,
    } | more


def campaign(trigger: dict[str, Any], *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "status": "live", "topic": "offers", "priority": 50, "value": 0.0, "likelihood": 1, "trigger": trigger, "audience": None, "key": None,
        "cooldown": None, "expires": DAY, "exit": [], "goal": None, "holdout": 0.0, "steps": list(steps) or [send()],
        "event_paths": [],
    } | more  # fmt: skip


def started(*types: str, match: Any = None) -> dict[str, Any]:
    return {"kind": "event", "on": on(*types, match=match)}


CART = campaign(
    {"kind": "inaction", "on": on("cart.updated", match=TOTAL), "for": HOUR,
     "absent": on("order.placed", same="properties.cart_id")},
    send("reminder"),
    {"id": "wait-1", "do": "wait", "for": 20 * HOUR},
    send("offer"),
    key=[{"ref": ["event", "properties", "cart_id"]}], cooldown=3 * DAY, expires=6 * HOUR, exit=[on("order.placed")],
)  # fmt: skip


def catalog(policy: dict[str, Any] | None = None, **campaigns: dict[str, Any]) -> Catalog:
    named = {name.replace("_", "-"): node for name, node in campaigns.items()}
    return link({"format": 1, "hash": "test", "policy": POLICY | (policy or {}), "campaigns": named})


def event(type: str, time: Millis = T0, id: str = "", received: Millis | None = None, **more: Any) -> Event:
    facts = {name: more.pop(name) for name in ("attributes", "addresses", "consents", "own") if name in more}
    return Event(
        id or f"{type}-{time}",
        type,
        time,
        time if received is None else received,
        "shop",
        Ref("anna"),
        properties=more,
        **facts,
    )


def joined(time: Millis = T0 - DAY, topics: tuple[str, ...] = ("offers",), **attributes: Any) -> Event:
    """The customer is put: e-mail and phone known, consent given."""
    consents = tuple(
        Consent(topic, channel, "granted", time) for topic in topics for channel in ("email", "sms", "push")
    )
    return event(
        "kairos.customer", time, own=True, attributes={"backend": attributes},
        addresses={"email": "anna@example.com", "phone": "+4520123456"}, consents=consents,
    )  # fmt: skip


class Life:
    """One customer's life under one catalog: what is told is committed, like the table would."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.customer = catalog, Customer.unknown("anna")
        self.keys: set[tuple[str, str]] = set()
        self.messages: list[PutMessage] = []
        self.records: list[tuple[str, str, str]] = []
        self.now: Millis = 0

    def hear(self, event: Event, now: Millis | None = None) -> Self:
        self.now = max(self.now, event.received) if now is None else now
        return self._commit(self._decide(event))

    def wake(self, now: Millis) -> Self:
        self.now = now
        return self._commit(self._decide(Wake("anna")))

    def occur(self, campaign: str, local: str, now: Millis = T0) -> Self:
        """A campaign scheduled for each customer's own time, for as long as there are any, reaches this one."""
        self.now = now
        return self._commit(self._decide(Occurrence("anna", campaign, local, 0, local=local)))

    def until(self, now: Millis) -> Self:
        """Plays every due moment up to then."""
        while (due := self.customer.state.due) is not None and due <= now:
            self.wake(max(due, self.now))
        self.now = now
        return self

    @property
    def sent(self) -> list[str]:
        return [f"{m.campaign}/{m.template}" for m in self.messages]

    def reasons(self, outcome: str = "refused") -> list[str]:
        return [reason for _, kind, reason in self.records if kind == outcome]

    def _decide(self, occurrence: Heard) -> Decision:
        known = Customer(
            self.customer.id,
            self.customer.state,
            self.customer.profile,
            frozenset(),
            frozenset(m.id for m in self.messages),
        )
        decision = decide(known, occurrence, self.catalog, self.now)
        used = {(e.campaign, e.key) for e in decision.effects if isinstance(e, PutEntry)} & self.keys
        if used:
            again = Customer(known.id, known.state, known.profile, frozenset(used), known.made)
            decision = decide(again, occurrence, self.catalog, self.now)
        return decision

    def _commit(self, decision: Decision) -> Self:
        self.records += [(r.campaign, r.outcome, r.reason) for r in decision.records]
        if not decision.changed:
            return self
        self.keys |= {(e.campaign, e.key) for e in decision.effects if isinstance(e, PutEntry)}
        self.messages += [e for e in decision.effects if isinstance(e, PutMessage)]
        after = decision.customer
        state = State.unpack(
            after.state.pack(),
            version=after.state.version + 1,
            guard=after.state.guard,
            catalog=after.state.catalog,
            due=after.state.due,
        )
        profile = None if after.profile is None else Profile.unpack(after.profile.pack())
        self.customer = Customer("anna", state, profile)
        return self
