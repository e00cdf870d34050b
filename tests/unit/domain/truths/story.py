"""What happens to a customer, line by line: `-1d order.placed total=12; 0 withdraw offers/email; +1h asks home-banner`.

Each line is a moment, perhaps `11×1h` (so often, so far apart), a verb or a type of event, and fields; of an event also
`id=…` and `late=…` (how long after its time it is received). Between the lines, what is due takes place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kairos.catalog.schedules import between, following
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Decision, DropPlace, PutMessage, PutPlace, Record
from kairos.domain.events import Consent, Event, Millis, Occurrence, Ref
from kairos.domain.inbound import Offer, offers
from kairos.domain.judge import judge
from kairos.domain.reach import places_for
from kairos.domain.settling import report
from kairos.domain.sources.feedback import Feedback
from tests.unit.domain.shop import DAY, Life, address_hash, event
from tests.unit.domain.truths.moments import moment, span
from tests.unit.domain.truths.written import nothing

EMAIL = "anna@example.com"
TOPICS, CHANNELS = ("offers", "news"), ("email", "sms", "push")


@dataclass(frozen=True)
class Line:
    """One line of a story."""

    at: Millis
    verb: str
    about: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    late: Millis = 0
    number: int = 0

    @property
    def received(self) -> Millis:
        return self.at + self.late


class Story(Life):
    """One customer's life as a row tells it, under the definitions of the row."""

    def __init__(self, definitions: Catalog) -> None:
        super().__init__(definitions)
        self.lines: list[Record] = []
        self.went: list[tuple[Millis, PutMessage]] = []
        self.shown: list[tuple[Millis, str, tuple[Offer, ...]]] = []
        self.places: set[str] = set()
        self.asleep = False
        self.ended: dict[str, tuple[Millis, str]] = {}  # messages that were reported, and how

    def play(self, text: str, horizon: Millis = 7 * DAY) -> "Story":
        """Plays the story, and what follows from it until so long after its last line."""
        lines = sorted(_lines(text), key=lambda line: line.received)
        if any(line.verb == "deploy" for line in lines):
            self.full, self.catalog = self.catalog, nothing()
        if not any(line.verb == "joins" for line in lines):
            lines.insert(0, Line(min(lines[0].received, moment("0")) - 30 * DAY, "joins"))
        for line in lines:
            self.pass_until(line.received - 1)
            self.now = line.received
            getattr(self, f"_{line.verb}", self._happens)(line)
        return self.pass_until(lines[-1].received + horizon)

    def pass_until(self, end: Millis) -> "Story":
        """Wake-ups and scheduled occurrences up to then."""
        while not self.asleep:
            comes = [m for c in self.catalog.scheduled if self.now and (m := following(c.trigger, self.now, end))]
            wakes = [max(due, self.now)] if (due := self.customer.state.due) is not None and due <= end else []
            if not comes and not wakes:
                break
            before, self.now = self.now, min(comes + wakes)
            for one in self.catalog.scheduled:
                for at, local in between(one.trigger, before, self.now):
                    self._reach(one.name, local, at, {}, local if one.trigger.timezone == "customer" else "")
            if wakes == [self.now]:
                self.wake(self.now)
        self.now = max(self.now, end)
        return self

    def _commit(self, decision: Decision) -> "Story":
        self.lines += decision.records
        for effect in decision.effects if decision.changed else ():
            match effect:
                case PutMessage():
                    self.went.append((self.now, effect))
                case PutPlace(place):
                    self.places.add(place)
                case DropPlace(place):
                    self.places.discard(place)
        super()._commit(decision)
        return self

    def _reach(self, campaign: str, id: str, at: Millis, document: Any, local: str = "") -> None:
        """An occurrence comes to this customer, if the audience index leads to them."""
        if self.places & {*places_for(self.catalog.campaigns[campaign], document)}:
            self._commit(self._decide(Occurrence("anna", campaign, id, at, document, local)))

    def _happens(self, line: Line) -> None:
        own = line.verb.startswith(("message.", "content.", "kairos.", "answer.", "goal."))
        self.hear(self._event(line, line.verb, own=own), self.now)

    def _event(self, line: Line, type: str, **more: Any) -> Event:
        properties: dict[str, Any] = {name: value for name, value in line.fields.items() if name != "id"}
        id = str(line.fields.get("id") or f"{type}-{line.at}-{line.number}")
        return event(type, line.at, id, line.received, **more, **properties)

    def _joins(self, line: Line) -> None:
        consents = tuple(Consent(t, c, "granted", line.at, proof="click") for t in TOPICS for c in CHANNELS)
        self.hear(
            Event(
                f"joins-{line.at}", "kairos.customer", line.at, line.received, "shop", Ref("anna"), own=True, consents=consents,
                attributes={"backend": line.fields}, addresses={"email": EMAIL, "phone": "+4520123456"},
            ), self.now,
        )  # fmt: skip

    def _put(self, line: Line, source: str = "backend") -> None:
        type = "kairos.customer" if source == "backend" else "answer.given"
        id = f"{source}-{line.at}-{line.number}"
        self.hear(Event(id, type, line.at, line.received, "shop", Ref("anna"), own=True, attributes={source: line.fields}),
                  self.now)  # fmt: skip

    def _answers(self, line: Line) -> None:
        self._put(line, "declared")

    def _word(self, line: Line, state: str, proof: str = "") -> None:
        topic, _, channel = line.about.partition("/")
        consents = (Consent(topic, channel, state, line.at, proof=proof),)
        self.hear(Event(f"{state}-{line.at}-{line.number}", "kairos.customer", line.at, line.received, "shop", Ref("anna"), own=True,
                        consents=consents), self.now)  # fmt: skip

    def _grants(self, line: Line) -> None:
        self._word(line, "granted")

    def _proves(self, line: Line) -> None:
        self._word(line, "granted", "click")

    def _withdraws(self, line: Line) -> None:
        self._word(line, "withdrawn")

    def _address(self, line: Line) -> None:
        addresses = {line.about: line.fields["is"]}
        self.hear(Event(f"address-{line.at}", "kairos.customer", line.at, line.received, "shop", Ref("anna"), own=True,
                        addresses=addresses), self.now)  # fmt: skip

    def _bounces(self, line: Line) -> None:
        told: dict[str, Any] = {
            "channel": "email",
            "address_hash": address_hash("email", EMAIL),
            "permanent": line.about != "softly",
        }
        self.hear(event(f"message.{line.fields.get('as', 'bounced')}", line.at, own=True, **told), self.now)

    def _external(self, line: Line) -> None:
        id = str(line.fields.pop("id", f"external-{line.at}"))
        heard = Event(id, line.about, line.at, line.received, "shop", None, line.fields)
        for one in self.catalog.external(heard):
            self._reach(one.name, heard.id, heard.time, heard.document)

    def _asks(self, line: Line) -> None:
        request = {"type": "visit", "properties": line.fields, "context": line.fields}
        found = offers(self.customer, [line.about], request, self.catalog, self.now)
        self.shown.append((self.now, line.about, found[line.about]))

    def _reports(self, line: Line) -> None:
        """The newest message of `hello` (or `of=`) that has not ended yet ends: `sent`, `in_doubt`, or refused for a reason."""
        self._end(self._newest(line), line.about)

    def _delivers(self, line: Line) -> None:
        """Delivery takes up that message: the last look, and the provider takes it."""
        message = self._newest(line)
        self._end(message, judge(self.customer, message, self.catalog, self.now) or "sent")

    def _newest(self, line: Line) -> PutMessage:
        campaign = line.fields.get("of", "hello")
        return next(m for m in reversed(self.messages) if m.campaign == campaign and m.id not in self.ended)

    def _end(self, message: PutMessage, word: str) -> None:
        self.ended[message.id] = (self.now, word)
        if word == "in_doubt":  # nobody knows, so nobody is told
            return
        type, reason = ("message.sent", "") if word == "sent" else ("message.refused", word)
        number = EMAIL if message.channel == "email" else "+4520123456"
        reason = reason.removeprefix("claim_")
        address = address_hash(message.channel, number) if word in ("undeliverable", "claim_suppressed") else ""
        self.hear(report(message, "anna", type, self.now, reason=reason, address=address), self.now)

    def _returns(self, line: Line) -> None:
        """The newest message (or `which=`) was sent, and comes back later: it `bounced`, or `softly`, or was `rejected`."""
        message = [m for m in self.messages if m.campaign == "hello"][int(line.fields.get("which", -1))]
        address = EMAIL if message.channel == "email" else "+4520123456"
        said = Feedback(
            kind="rejected" if line.about == "rejected" else "bounced", time=line.at, channel=message.channel, provider_id="p",
            tags={"message": message.id, "customer": "anna", "campaign": "hello", "step": message.step}, address=address,
            permanent=line.about == "bounced", failed=line.about != "softly",
        )  # fmt: skip
        heard = said.event(self.now, address_hash, message)
        assert heard is not None
        self.hear(heard, self.now)

    def _pauses(self, line: Line) -> None:
        """The campaign is paused from now on."""
        paused = replace(self.catalog.campaigns["hello"], status="paused")
        self.catalog = replace(self.catalog, campaigns={**self.catalog.campaigns, "hello": paused})

    def _deploy(self, line: Line) -> None:
        """From now on the definitions of the row hold; everything is counted since now, or since `back=`."""
        since = line.at - span(str(line.fields.get("back", "0s")))
        self.catalog = self.full.with_since(dict.fromkeys(self.full.keeps, since))

    def _wakes(self, line: Line) -> None:
        self.asleep = False
        self.wake(self.now)

    def _sleeps(self, line: Line) -> None:
        """No wake-up comes until the next `wakes`."""
        self.asleep = True

    def _until(self, line: Line) -> None:
        """Time passes."""


_ABOUT = ("grants", "proves", "withdraws", "external", "asks", "reports", "address", "returns")


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split(";")):
        at, *rest = line.split()
        times, apart = 1, 0
        if "×" in rest[0]:
            often, every = rest.pop(0).split("×")
            times, apart = int(often), span(every)
        verb, about = rest.pop(0), ""
        if verb in _ABOUT or (rest and "=" not in rest[0]):
            about = rest.pop(0)
        fields = dict(part.split("=", 1) for part in rest)
        late = span(fields.pop("late", "0s"))
        for time in range(times):
            values = {name: _value(value) for name, value in fields.items()}
            yield Line(moment(at) + time * apart, verb, about, values, late, number)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
