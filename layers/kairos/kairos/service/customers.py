"""One customer, as backends write and read them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from kairos.domain import interest, suppression
from kairos.domain.access import Scope
from kairos.domain.definitions import Catalog
from kairos.domain.erasure import erasure
from kairos.domain.events import Millis, Ref
from kairos.domain.interest import Dimension
from kairos.domain.sources import own
from kairos.domain.sources.customers import of_policy, told
from kairos.domain.sources.parts import BadEvent, Forms
from kairos.domain.state import Customer, Fact, Profile, State
from kairos.domain.view import MISSING, View
from kairos.service import export, strict_json, trouble
from kairos.service.answers import Answer, answer, problem
from kairos.service.evaluate import Evaluate
from kairos.service.export import ExportStore
from kairos.service.keys import Keys
from kairos.service.ports import Clock, Contended, CustomerStore, QueueRefused, TooLarge
from kairos.service.receipts import Receipts

LARGEST: Final = 200 * 1024
MOST: Final = 6_000_000
"""Bytes of an answer as Lambda gives it back, a text within JSON; it takes 6 MiB with status and headers."""


@dataclass(slots=True)
class Customers:
    """PUT, GET and DELETE of a customer, and all there is of them."""

    store: CustomerStore
    evaluate: Evaluate
    keys: Keys
    catalog: Catalog
    clock: Clock
    ids: Callable[[], str]
    forms: Forms
    exports: ExportStore
    receipts: Receipts = field(init=False)

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.clock)

    def put(self, headers: Mapping[str, str], customer: str, body: bytes) -> Answer:
        """Merges what is told into what is known; answers when that is committed."""
        if refused := self.keys.refuse(headers, Scope.ADMIN):
            return refused
        if len(body) > LARGEST:
            return problem(413, "too_large", f"must have at most {LARGEST} bytes")
        try:
            event = told(
                own.person_id(customer, "id"), strict_json.parse(body), self.clock(), self.receipts(), self.ids(),
                forms=self.forms,
            )  # fmt: skip
            of_policy(event.consents, self.catalog.policy.topics)
        except BadEvent as error:
            return problem(400, error.code, error.message, field=error.field)
        try:
            self.evaluate.commit_now(event)
        except TooLarge as error:
            return problem(413, "too_large", f"{error}: take something away first, by null")
        except (Contended, QueueRefused) as error:
            return _busy(error)
        return self._view(customer)

    def get(self, headers: Mapping[str, str], customer: str) -> Answer:
        """All that is known."""
        return self.keys.refuse(headers, Scope.ADMIN) or self._view(customer)

    def export(self, headers: Mapping[str, str], customer: str) -> Answer:
        """All that the table has of them; what is archived takes an operator, who reads it object by object."""
        if refused := self.keys.refuse(headers, Scope.ADMIN):
            return refused
        try:
            found = self._found(customer)
            if not found.state.known:
                return problem(404, "not_found", "nobody of that id is known")
            told = export.document(view(found, self.catalog, self.clock()), self.exports, found.id)
        except Contended as error:
            return _busy(error)
        told["archive"] = "not read here: kairos export adds events and decisions"
        what = answer(200, told)
        if len(json.dumps(what.body, ensure_ascii=False).encode()) > MOST:
            return problem(413, "too_large", "is more than an answer holds: use kairos export")
        return what

    def delete(self, headers: Mapping[str, str], customer: str) -> Answer:
        """Forgets them: answers when nobody decides or sends on what was known any more; the rest goes in its own time."""
        if refused := self.keys.refuse(headers, Scope.ADMIN):
            return refused
        try:
            self.evaluate.commit_now(erasure(Ref(id=own.person_id(customer, "id")), self.receipts(), source="api"))
        except BadEvent as error:
            return problem(400, error.code, error.message, field=error.field)
        except Contended as error:
            return _busy(error)
        return answer(202, {"erased": True})

    def _view(self, customer: str) -> Answer:
        try:
            found = self._found(customer)
        except Contended as error:
            return _busy(error)
        if not found.state.known:
            return problem(404, "not_found", "nobody of that id is known")
        return answer(200, view(found, self.catalog, self.clock()))

    def _found(self, customer: str) -> Customer:
        """Them, or whom they have turned out to be."""
        found = self.store.read((customer,), profiles=(customer,), consistent=True)[customer]
        return self._found(found.state.moved) if found.state.moved else found


def _busy(error: Exception) -> Answer:
    trouble.note("customer", error)
    return problem(503, "busy", "try again", headers={"Retry-After": "1"})


def view(customer: Customer, catalog: Catalog, now: Millis) -> dict[str, Any]:
    """A customer as the API shows them."""
    state, profile = customer.state, customer.profile or Profile()
    look = View(state, catalog, {}, now)
    said = {source: _values(facts) for source, facts in profile.attributes.items()}
    return {
        "id": customer.id,
        "attributes": {**said, "merged": profile.merged(catalog.policy.precedence)},
        "addresses": {kind: value for kind, value in profile.addresses.items() if value is not None},
        "consents": [
            {"topic": topic, "channel": channel, "state": word, "proven": proven, "time": _iso(time)}
            for topic, channel, word, proven, time in _consents(state)
        ],
        "suppressed": sorted(
            channel
            for channel, fact in state.addresses.items()
            if fact.value and suppression.is_closed(state, channel, fact.value)
        ),
        "segments": sorted(name for name, holds in catalog.policy.segments.items() if holds(look)),
        "tags": sorted(name for name, (on, _) in state.tags.items() if on),
        "campaigns": [
            {
                "campaign": run.campaign,
                "key": run.key,
                "step": run.step,
                "entered": _iso(run.entered),
                "due": _iso(run.due),
            }
            for run in state.runs
        ],
        "score": look.read(("score",)),
        "grade": None if (grade := look.read(("grade",))) is MISSING else grade,
        "interest": {name: _interests(state, dimension, now) for name, dimension in catalog.policy.interests.items()},
        "content": [
            {"slot": one.slot, "campaign": one.campaign, "template": one.template, "until": _iso(one.until)}
            for one in state.placed
            if one.until > now
        ],
        "counts": {keep: len(moments) for keep, moments in state.counts.items()},
    }


def _interests(state: State, dimension: Dimension, now: Millis) -> dict[str, float]:
    """The values of a dimension, the strongest first, and how strong each is now."""
    names = interest.strongest(state.interests, dimension.name, interest.VALUES)
    return {name: round(interest.strength(state.interests, dimension, name, now), 3) for name in names}


def _values(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {name: fact.value for name, fact in facts.items() if fact.value is not None}


def _consents(state: State) -> Iterator[tuple[str, str, str, bool, Millis]]:
    """Topic, channel, the word as it was given, whether there is proof of it, and when."""
    for name, (word, time, _) in sorted(state.consents.items()):
        topic, _, channel = name.partition("/")
        yield topic, channel, "granted" if word == "proven" else word, word == "proven", time


def _iso(time: Millis) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
