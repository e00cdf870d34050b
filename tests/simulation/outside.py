"""The world outside the stack: clients that try again until they are answered, the team, and providers that report."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from kairos.domain import tags
from kairos.domain.events import Json, Millis
from kairos.domain.tokens import Unsubscribe, sign
from kairos.service.visits import Visit
from local.aws.feedback import of_mail
from local.aws.outbox import Sent
from local.clock import iso
from tests.simulation.doors import KEY, KEYS
from tests.simulation.laptop import FILE, LUNCH, Imported
from tests.simulation.scheduler import Scheduler
from tests.simulation.story import Deed
from tests.simulation.world import World
from tests.unit.domain.shop import HOUR, MINUTE

PATIENCE: Final = 300
"""How many calls of a run may be tried again."""

Over = Callable[[Any, BaseException | None], object]


class Taken(NamedTuple):
    """A message that a provider has."""

    commits: int
    at: Millis
    customer: str
    message: str
    channel: str
    to: str


@dataclass(slots=True)
class Told:
    """What the outside world was told, or saw: what the promises are about. Moments go with how many commits there were."""

    accepted: dict[str, Json] = field(default_factory=dict)  # id -> event, as it was accepted first
    accepted_at: dict[str, Millis] = field(default_factory=dict)
    taken: list["Taken"] = field(default_factory=list)
    emitted: list[str] = field(default_factory=list)
    records: list[tuple[int, Json]] = field(
        default_factory=list
    )  # what was decided, and the commits when its worker began
    opted_out: list[tuple[int, Millis, str, str, str]] = field(default_factory=list)  # customer, topic, channel
    erased: dict[str, str] = field(default_factory=dict)  # ids and addresses of who was forgotten, with their id
    imported: list[Imported] = field(default_factory=list)
    unanswered: int = 0


class Stack(Protocol):
    """What the outside needs of it."""

    scheduler: Scheduler
    world: World

    def invoke(self, door: str, work: Callable[[Any], Any], over: Over) -> None: ...

    def deploy(self, version: int) -> None: ...

    def restore(self, back: Millis) -> None: ...


class Outside:
    """Does what the story says, and writes down what is answered."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._scheduler, self._world = stack, stack.scheduler, stack.world
        self.told = Told()
        self._tried = 0
        self._known: set[str] = set()  # records, by what they say
        self._scheduler.accepts = self._seen

    def do(self, deed: Deed) -> None:
        """Whatever kind of deed it is."""
        getattr(self, f"_{deed.kind}")(deed)

    def resume_all(self) -> None:
        """Nothing is held any more."""
        for what in (None, "cart", "receipt"):
            self._switch(partial(_resumed, what))

    def _http(self, deed: Deed) -> None:
        waiting = [_spoken(event) for event in deed.told]

        def over(answer: Any, error: BaseException | None) -> None:
            body = {} if error else json.loads(answer.body)
            lost = {one["index"] for one in body.get("rejected", ()) if one["code"] == "not_queued"}
            if error or (answer.status == 503 and not lost):
                lost = set(range(len(waiting)))
            for number, event in enumerate(waiting):
                if number not in lost:
                    self._accept(event["id"], event)
            if lost:
                again = Deed(deed.at, deed.kind, deed.who, [deed.told[number] for number in sorted(lost)])
                self._again(lambda: self._http(again))

        body = json.dumps(waiting).encode()
        self._stack.invoke("ingest", lambda ingest: ingest(KEY, body), over)

    def _bus(self, deed: Deed) -> None:
        """EventBridge has it, and will deliver it at least once."""
        event = _spoken(deed.told)
        detail = {name: event[name] for name in ("id", "customer", "properties") if name in event}
        envelope = {
            "version": "0", "id": f"bus-{event['id']}", "detail-type": event["type"], "source": "shop",
            "time": event["time"], "detail": detail,
        }  # fmt: skip
        self._accept(event["id"], event)
        self._world.put("events", json.dumps(envelope))

    def _identify(self, deed: Deed) -> None:
        self._segment("identify", deed)

    def _alias(self, deed: Deed) -> None:
        self._segment("alias", deed)

    def _segment(self, call: str, deed: Deed) -> None:
        body = json.dumps({**deed.told, "timestamp": iso(deed.at)}).encode()
        well = lambda: self._accept(deed.told["messageId"], deed.told)  # noqa: E731 - said where it is used
        self._ask("ingest", lambda ingest: ingest.segment(call, KEY, body), lambda: self._segment(call, deed), well)

    def _complain(self, deed: Deed) -> None:
        """About a mail of which nobody knows any more which it was."""
        simulated = "complaint@simulator.amazonses.com"
        *_, said = of_mail(Sent("long ago", deed.at, "email", simulated, "email", {}), "set")
        self._world.put("bulk", json.dumps(said).replace(simulated, deed.told))

    def _put(self, deed: Deed) -> None:
        body = json.dumps(deed.told).encode()
        self._ask("customers", lambda customers: customers.put(KEY, deed.who, body), lambda: self._put(deed))

    def _erase(self, deed: Deed) -> None:
        """A backend has somebody forgotten, who is known by the names that are told."""
        again, well = lambda: self._erase(deed), lambda: self.told.erased.update(dict.fromkeys(deed.told, deed.who))
        self._ask("customers", lambda customers: customers.delete(KEY, deed.who), again, well, answered=202)

    def _import(self, deed: Deed) -> None:
        """Somebody imports a file, and again after lunch unless they have read that all is done."""
        disk = self._world.disk
        (disk.folder / FILE).write_text(deed.told, "utf-8")

        def over(answer: Any, error: BaseException | None) -> None:
            if error:
                self._scheduler.at(self._scheduler.now + LUNCH, lambda: self._import(deed))
            else:
                self.told.imported.append(Imported(answer, disk.left()))

        self._stack.invoke("importer", lambda importer: importer(disk), over)

    def _unsubscribe(self, deed: Deed) -> None:
        """Whoever reads the page that answers has opted out."""
        topic, channel = deed.told
        token = sign(Unsubscribe(deed.who, topic, channel, "m"), KEYS, self._scheduler.now)

        def well() -> None:
            self.told.opted_out.append((self._world.commits, self._scheduler.now, deed.who, topic, channel))

        self._ask(
            "links", lambda links: links.unsubscribe(token, Visit(method="POST")), lambda: self._unsubscribe(deed), well
        )

    def _deploy(self, deed: Deed) -> None:
        self._stack.deploy(deed.told)

    def _restore(self, deed: Deed) -> None:
        self._stack.restore(deed.told)

    def _stop(self, deed: Deed) -> None:
        self._switch(lambda switch: switch.stop(deed.told, None))

    def _resume(self, deed: Deed) -> None:
        self._switch(lambda switch: switch.resume(deed.told, None))

    def _switch(self, work: Callable[[Any], Any]) -> None:
        def over(answer: Any, error: BaseException | None) -> None:
            if error:
                self._again(lambda: self._switch(work))

        self._stack.invoke("switch", work, over)

    def _ask(
        self, door: str, work: Callable[[Any], Any], again: Callable[[], object], well: Callable[[], object] = lambda: None,
        answered: int = 200,
    ) -> None:  # fmt: skip
        """A call that is made again until it is answered so."""

        def over(answer: Any, error: BaseException | None) -> None:
            if error or answer.status != answered:
                self._again(again)
            else:
                well()

        self._stack.invoke(door, work, over)

    def _accept(self, id: str, event: Json) -> None:
        self.told.accepted.setdefault(id, event)
        self.told.accepted_at.setdefault(id, self._scheduler.now)

    def _again(self, deed: Callable[[], object]) -> None:
        """Clients try again what was not answered, with patience, which ends."""
        self._tried += 1
        if self._tried > PATIENCE:
            self.told.unanswered += 1
            return
        self._scheduler.at(self._scheduler.now + self._scheduler.luck.randint(1_000, 5 * MINUTE), deed)

    def _seen(self, service: str, operation: str, request: Mapping[str, Any]) -> None:
        """What leaves the stack, whatever its sender is answered."""
        if service == "firehose":
            self._recorded(request["Record"]["Data"].decode().splitlines())
        elif service == "sqs" and operation == "SendMessageBatch":  # records that the archive did not take
            self._recorded(entry["MessageBody"] for entry in request["Entries"])
        elif service == "events":
            self.told.emitted += [json.loads(entry["Detail"])["id"] for entry in request["Entries"]]
        elif service == "sesv2":
            named = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
            self._report(self._taken("email", request["Destination"]["ToAddresses"][0], named))
        elif service == "sns":
            named = {name: value["StringValue"] for name, value in request["MessageAttributes"].items()}
            self._taken("sms", request["PhoneNumber"], named)

    def _recorded(self, lines: Iterable[str]) -> None:
        """Each by whoever has decided it, and not by who archives it later."""
        for line in lines:
            record = json.loads(line).get("record")
            if record and self._scheduler.moving and (text := json.dumps(record)) not in self._known:
                self._known.add(text)
                self.told.records.append((self._scheduler.moving.began, record))

    def _taken(self, channel: str, to: str, named: Mapping[str, str]) -> Sent:
        about, now = tags.read(named), self._scheduler.now
        self.told.taken.append(Taken(self._world.commits, now, about["customer"], about["message"], channel, to))
        return Sent(f"mail-{len(self.told.taken)}", now, channel, to, channel, named)

    def _report(self, sent: Sent) -> None:
        """What SES says of a mail later: at once, an hour later, or never."""
        scheduler, luck = self._scheduler, self._scheduler.luck
        if luck.random() < scheduler.weather.unheard:
            return
        for said in of_mail(sent, "set"):
            late = luck.random() < scheduler.weather.late
            moment = scheduler.now + (luck.randint(HOUR, 2 * HOUR) if late else luck.randint(100, 30_000))
            scheduler.at(moment, partial(self._world.put, "bulk", json.dumps(said)))


def _resumed(what: str | None, switch: Any) -> Any:
    return switch.resume(what, None)


def _spoken(event: Json) -> dict[str, Any]:
    return {**event, "time": iso(event["time"])}
