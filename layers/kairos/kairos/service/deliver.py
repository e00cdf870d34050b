"""Carries one message to its provider: judged again, rendered, claimed, sent once, receipted."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kairos.domain.definitions import Catalog
from kairos.domain.effects import Outcome, Record
from kairos.domain.events import Event, Millis
from kairos.domain.identity import address_hash
from kairos.domain.judge import judge, quiet_until
from kairos.domain.settling import report
from kairos.domain.sources import canonical
from kairos.service.metrics import Tally
from kairos.service.ports import (
    AddressStore,
    Archive,
    BrokenTemplate,
    Bus,
    CircuitOpen,
    Clock,
    ControlStore,
    Dossier,
    InDoubt,
    Json,
    MessageRef,
    MessageStore,
    NotClaimed,
    NotTaken,
    Outgoing,
    Provider,
    Queues,
    Refused,
    Renderer,
    StoredMessage,
)
from kairos.service.trouble import note

SETTLE: Final[Millis] = 15 * 60 * 1000
"""How long a claim may stay without an answer before it is settled without one."""

SOON: Final[Millis] = 60 * 1000
TRIES: Final = 3
REJUDGED: Final = 3
"""How often a claim that the guard refused is judged again at once."""


class Deliver:
    """Delivers messages by reference. At most once for marketing; at least once, thrice at most, for transactional ones."""

    def __init__(
        self, messages: MessageStore, queues: Queues, archive: Archive, control: ControlStore, addresses: AddressStore,
        bus: Bus, renderer: Renderer, providers: Mapping[str, Provider], catalog: Catalog, clock: Clock,
        ids: Callable[[], str], tally: Tally,
    ) -> None:  # fmt: skip
        self._messages, self._queues, self._archive = messages, queues, archive
        self._control, self._addresses, self._bus = control, addresses, bus
        self._renderer, self._providers, self._catalog = renderer, providers, catalog
        self._clock, self._ids, self._tally = clock, ids, tally
        self._records: list[Json] = []

    def batch(self, refs: Sequence[tuple[str, MessageRef]]) -> list[str]:
        """Delivers each; answers the queue's ids of those that must come again."""
        failed = []
        for id, ref in refs:
            try:
                self.one(ref)
            except Exception as error:
                note("message not delivered", error)
                failed.append(id)
        if self._records:
            records, self._records = self._records, []
            self._archive.put(records)
        return failed

    def one(self, ref: MessageRef) -> None:
        """Takes a message one step of its life further, whatever step that is."""
        for _ in range(REJUDGED):
            dossier = self._messages.dossier(ref)
            if dossier is None or not self._further(dossier):
                return
        raise NotClaimed("guard_moved")

    def _further(self, dossier: Dossier) -> bool:
        """Whether the guard had moved, so that everything has to be looked at again."""
        message, now = dossier.message, self._clock()
        match message.status:
            case "pending":
                return self._pending(dossier, now)
            case "sending" | "in_doubt" if message.claimed + SETTLE <= now:
                self._settle(message, now)
            case "sending" | "in_doubt":
                self._messages.postpone(message, due=message.claimed + SETTLE)
            case "sent" | "refused" if message.due:
                self._report(dossier, message.status)
        return False

    def _pending(self, dossier: Dossier, now: Millis) -> bool:
        message, put = dossier.message, dossier.message.put
        if dossier.control.holds(put.campaign, put.channel, now):
            self._messages.postpone(message, due=now + SETTLE)
            return False
        if reason := judge(dossier.customer, put, self._catalog, now):
            self._refuse(dossier, reason, token="", now=now)
            return False
        if until := quiet_until(dossier.customer, put, self._catalog, now):
            self._messages.postpone(message, due=until)
            return False
        try:
            outgoing = None if put.channel == "event" else self._renderer.render(dossier, now)
        except BrokenTemplate as broken:
            note("template", broken)
            self._refuse(dossier, "failed_template", token="", now=now)
            return False
        return self._send(dossier, outgoing, now)

    def _send(self, dossier: Dossier, outgoing: Outgoing | None, now: Millis) -> bool:
        message, token = dossier.message, self._ids()
        address = "" if outgoing is None else self._address(dossier)
        guard = dossier.customer.state.guard
        try:
            self._messages.claim(message, guard=guard, address=address, token=token, now=now)
        except NotClaimed as not_claimed:
            if not_claimed.why == "not_pending":  # another worker has it
                return False
            if not_claimed.why in ("suppressed", "expired"):
                self._refuse(dossier, not_claimed.why, token="", now=now)
                return False
            if not_claimed.why == "conflict":
                raise
            return True
        try:
            provider_id = self._call(message, outgoing, now)
        except CircuitOpen:
            self._control.open_circuit(message.put.channel, now + SETTLE)
            self._messages.release(message, token=token, due=now + SETTLE)
        except NotTaken:
            self._messages.release(message, token=token, due=now + SOON)
        except Refused as refused:
            self._refuse(dossier, refused.reason, token=token, now=now)
        except InDoubt:
            self._messages.doubt(message, token=token)
            self._tally.count("InDoubt")
            self._record(message, "in_doubt", "in_doubt", now)
        else:
            self._sent(dossier, token, provider_id, now)
        return False

    def _call(self, message: StoredMessage, outgoing: Outgoing | None, now: Millis) -> str:
        if outgoing is None:
            detail = message.put.detail or {}
            self._bus.put(str(detail["type"]), detail["detail"], now)
            return ""
        return self._providers[message.put.channel].send(outgoing, now)

    def _sent(self, dossier: Dossier, token: str, provider_id: str, now: Millis) -> None:
        message = dossier.message
        tell = message.put.channel != "event" and self._catalog.hears("message.sent")
        due = message.due if tell else 0
        self._messages.sent(message, token=token, provider_id=provider_id, now=now, due=due)
        if message.put.channel != "event":
            self._tally.count("Sent")
            self._record(message, "sent", "", now)
        if tell:
            self._report(dossier, "sent")

    def _refuse(self, dossier: Dossier, reason: str, *, token: str, now: Millis) -> None:
        """Refused first, then reported: between the two the message stays due, so the report is not lost."""
        message = dossier.message
        if self._messages.refuse(message, reason=reason, token=token, due=now + SETTLE):
            self._tally.count("Refused", reason)
            self._record(message, "refused", reason, now)
            self._report(dossier, "refused", reason)

    def _settle(self, message: StoredMessage, now: Millis) -> None:
        """Nobody answered in time: once more for what may come twice, else given up, visibly."""
        if not message.put.transactional:
            self._messages.give_up(message)
            self._record(message, "in_doubt", "given_up", now)
        elif message.status == "sending":
            self._messages.doubt(message, token=message.token)
        elif message.tries < TRIES:
            self._messages.release(message, token=message.token, due=now)
            self._queues.put_messages([MessageRef(message.customer, message.put.id, message.put.campaign, message.put.key)])
        else:
            self._messages.give_up(message)
            self._record(message, "in_doubt", "given_up", now)

    def _report(self, dossier: Dossier, status: str, reason: str = "") -> None:
        message, now = dossier.message, self._clock()
        reason = reason or message.reason
        type = f"message.{status}"
        address = self._address(dossier).partition("#")[2] if reason == "undeliverable" else ""
        event = report(message.put, message.customer, type, now, reason=reason, address=address)
        if reason == "undeliverable" and address:
            self._addresses.suppress(f"{message.put.channel}#{address}", reason, now)
        self._queues.put_events([_body(event)])
        self._messages.reported(message)

    def _address(self, dossier: Dossier) -> str:
        """`channel#hash` of where the message goes, by the state that `judge` looked at."""
        channel = dossier.message.put.channel
        hashed = dossier.customer.state.addresses.get(channel, (None, 0))[0]
        return f"{channel}#{hashed or address_hash(channel, '')}"

    def _record(self, message: StoredMessage, outcome: Outcome, reason: str, now: Millis) -> None:
        put = message.put
        record = Record(
            now, message.customer, put.campaign, put.key, outcome, reason, step=put.step, channel=put.channel,
            message=put.id, variant=put.variant, event=put.trigger, catalog=self._catalog.hash,
        )  # fmt: skip
        self._records.append({"record": record.line()})


def _body(event: Event) -> Json:
    return {"kairos": "event", "event": canonical.to_dict(event)}
