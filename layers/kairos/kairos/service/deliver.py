"""Messages out: each judged again, rendered, claimed, given to its provider once, its outcome written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kairos.domain import coupons
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Outcome, Record
from kairos.domain.events import Json, Millis
from kairos.domain.identity import AddressHash, push_address
from kairos.domain.judge import judge, quiet_until
from kairos.domain.settling import report
from kairos.domain.sources import canonical
from kairos.service import trouble
from kairos.service.filing import file
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
    MessageRef,
    MessageStore,
    NotClaimed,
    NotTaken,
    Provider,
    Queues,
    QuotaSpent,
    Refused,
    Renderer,
    StoredMessage,
    marketing_of,
)
from kairos.service.ports.coupons import CouponStore, PoolEmpty

MINUTE: Final[Millis] = 60_000
SETTLING: Final[Millis] = 15 * MINUTE
"""How long an unanswered send may be settled by the provider's own event; also how long a held message waits."""

TRIES: Final = 3
"""How often a transactional message is sent at most."""

LOOKS: Final = 3
"""How often a message is judged again at once whose customer changed under it."""

_ADDRESSES: Final = {"email": "email", "phone": "sms", "whatsapp": "whatsapp"}


class TryAgain(Exception):
    """The message cannot be claimed for now: the queue delivers it again."""


class _GuardMoved(Exception):
    """An opt-out, exit or suppression came between the look and the claim."""


class Deliver:
    """Carries messages from the table to their providers: marketing at most once, transactional at least once."""

    def __init__(
        self, messages: MessageStore, queues: Queues, archive: Archive, control: ControlStore, addresses: AddressStore,
        bus: Bus, renderer: Renderer, codes: CouponStore, providers: Mapping[str, Provider], catalog: Catalog, clock: Clock,
        ids: Callable[[], str], tally: Tally,
    ) -> None:  # fmt: skip
        self._messages, self._queues, self._archive = messages, queues, archive
        self._control, self._addresses, self._bus = control, addresses, bus
        self._renderer, self._providers, self._catalog = renderer, providers, catalog
        self._codes = codes
        self._clock, self._ids, self._tally = clock, ids, tally
        self._lines: list[Json] = []

    def batch(self, refs: Sequence[tuple[str, MessageRef]]) -> list[str]:
        """Delivers each (item id, reference); returns the ids of the items to be delivered again."""
        failed = []
        for item, ref in refs:
            try:
                self.one(ref)
            except Exception as error:  # one message's trouble must not hold up the others
                trouble.note(f"message {ref.message}", error)
                failed.append(item)
        lines, self._lines = self._lines, []
        file(self._archive, self._queues, lines)
        return failed

    def one(self, ref: MessageRef) -> None:
        """Does whatever this message needs now; safe at any time, any number of times. Raises TryAgain."""
        for _ in range(LOOKS):
            dossier = self._messages.dossier(ref)
            try:
                return self._look(dossier) if dossier else None
            except _GuardMoved:
                continue
        raise TryAgain("guard_moved")

    def _look(self, dossier: Dossier) -> None:
        message, now = dossier.message, self._clock()
        if dossier.customer.state.erasing:  # it goes with all else that was known of them
            return
        if message.status == "pending":
            self._pending(dossier, now)
        elif message.status in ("sending", "in_doubt"):
            self._unanswered(message, now)
        elif message.due and message.status in ("refused", "sent"):
            self._tell(message, now)

    def _pending(self, dossier: Dossier, now: Millis) -> None:
        message, put = dossier.message, dossier.message.put
        if dossier.control.holds(put.campaign, put.channel, now, transactional=put.transactional):
            self._messages.postpone(message, due=now + SETTLING)
            return
        if reason := judge(dossier.customer, put, self._catalog, now) or ("expired" if now >= put.expires else ""):
            self._stop(message, now, reason)
            return
        if put.channel == "event":
            self._emit(dossier, now)
            return
        if (until := quiet_until(dossier.customer, put, self._catalog, now)) > now:
            if self._messages.postpone(message, due=until):
                self._record(message, now, "deferred", "quiet_hours")
            return
        try:
            if put.coupon:
                dossier = replace(dossier, coupon=self._codes.issue(put, now))
            outgoing = self._renderer.render(dossier, now)
        except PoolEmpty as empty:
            self._without_code(message, empty.pool, now)
            return
        except BrokenTemplate as broken:  # its text names template and variable, never a value
            trouble.log.error("message %s: %s", put.id, broken)
            self._stop(message, now, "failed_template")
            return
        address = address_of(outgoing.to, self._catalog.address_hash)
        if token := self._claim(dossier, f"{put.channel}#{address}", now):
            provider = self._providers[put.channel]

            def send() -> str:
                self._tell_shop(dossier, now)
                return provider.send(outgoing, now)

            self._call(replace(message, status="sending", token=token), send, address)

    def _tell_shop(self, dossier: Dossier, now: Millis) -> None:
        """The shop knows of a code before anybody can hand it in. Raises NotTaken."""
        put, issued = dossier.message.put, dossier.coupon
        if issued is not None and put.coupon and coupons.first(put.coupon) and self._catalog.hears("coupon.issued"):
            event = coupons.issue_event(put, put.coupon, issued, dossier.customer.id, now)
            try:
                self._queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)}])
            except Exception as error:  # nothing has been sent
                raise NotTaken("coupon.issued") from error

    def _without_code(self, message: StoredMessage, pool: str, now: Millis) -> None:
        """Waits for the shop to fill the pool up, as long as the message may still be sent."""
        self._tally.count("CouponPoolEmpty")
        trouble.log.error("message %s: the pool of coupons %s is empty", message.put.id, pool)
        if now + SETTLING >= message.put.expires:
            self._refuse(message, now, "no_coupon")
        elif self._messages.postpone(message, due=now + SETTLING) and now < message.put.due:  # said once
            self._record(message, now, "deferred", "no_coupon")

    def _emit(self, dossier: Dossier, now: Millis) -> None:
        """Out on the bus, with an id that a receiver can tell repetitions by, and whom it is about."""
        put = dossier.message.put
        told = put.detail or {}
        detail = {"id": put.id, "customer": {"id": dossier.customer.id}, **told.get("detail", {})}

        def out() -> str:
            self._bus.put(str(told["type"]), detail, now)
            return put.id

        if token := self._claim(dossier, "", now):
            self._call(replace(dossier.message, status="sending", token=token), out, "")

    def _claim(self, dossier: Dossier, address: str, now: Millis) -> str:
        """The claim's token, or nothing if there is none to be had. Raises TryAgain."""
        token, guard = self._ids(), dossier.customer.state.guard
        try:
            self._messages.claim(dossier.message, guard=guard, address=address, token=token, now=now)
        except NotClaimed as error:
            if error.why == "guard_moved":
                raise _GuardMoved from error
            if error.why == "conflict":
                raise TryAgain(error.why) from error
            if error.why in ("suppressed", "expired"):
                known = address.rpartition("#")[2] if error.why == "suppressed" else ""
                self._stop(dossier.message, now, error.why, known)
            return ""
        return token

    def _call(self, message: StoredMessage, send: Callable[[], str], address: str) -> None:
        """Calls the provider once and writes down what it answered."""
        channel, token = message.put.channel, message.token
        try:
            provider_id = send()
        except CircuitOpen as error:
            due = self._clock() + SETTLING
            self._messages.release(message, token=token, due=due)
            spent = isinstance(error, QuotaSpent)
            self._control.open_circuit(marketing_of(channel) if spent else channel, due)
            self._tally.count("QuotaSpent" if spent else "CircuitOpened")
        except NotTaken:
            self._messages.release(message, token=token, due=self._clock() + MINUTE)
        except Refused as error:
            trouble.log.warning("message %s: %s", message.put.id, error.code)
            self._refuse(message, self._clock(), error.reason, address)
        except Exception as error:  # InDoubt, and whatever else happened: the provider may have taken it
            trouble.note(f"message {message.put.id}", error)
            self._doubt(message, self._clock())
        else:
            self._sent(message, provider_id, self._clock())

    def _sent(self, message: StoredMessage, provider_id: str, now: Millis) -> None:
        tell = message.put.channel != "event" and self._catalog.hears("message.sent")
        due = now + MINUTE if tell else 0
        if not self._messages.sent(message, token=message.token, provider_id=provider_id, now=now, due=due):
            return  # the provider's own event was quicker, and is what counts
        if message.put.channel != "event":
            self._tally.count("Sent")
            self._record(message, now, "sent", "sent")
        if tell:
            self._tell(replace(message, status="sent"), now)

    def _doubt(self, message: StoredMessage, now: Millis) -> None:
        if self._messages.doubt(message, token=message.token):
            self._tally.count("InDoubt")
            self._record(message, now, "in_doubt", "in_doubt")

    def _unanswered(self, message: StoredMessage, now: Millis) -> None:
        """Whoever claimed it is long gone, and the provider has said nothing."""
        if now < message.claimed + SETTLING:
            if message.due <= now:  # so that the sweep does not ask every minute
                self._messages.postpone(message, due=message.claimed + SETTLING)
            return
        self._tally.measure("InDoubtAge", (now - message.claimed) / 1000)
        if message.status == "sending":
            self._doubt(message, now)
            message = replace(message, status="in_doubt")
        put = message.put
        if not (put.transactional and (message.tries < TRIES or put.channel == "event")):
            self._give_up(message)
        elif self._messages.release(message, token=message.token, due=now + MINUTE):
            self._queues.put_messages([MessageRef(message.customer, put.id, put.campaign, put.key)])

    def _give_up(self, message: StoredMessage, reason: str = "") -> None:
        self._messages.give_up(message, reason=reason)
        self._tally.count("GivenUp")

    def _stop(self, message: StoredMessage, now: Millis, reason: str, address: str = "") -> None:
        """It is not sent any more; nobody says that it was refused if a provider may have it from a try before."""
        if message.doubted:
            self._give_up(message, reason)
        else:
            self._refuse(message, now, reason, address)

    def _refuse(self, message: StoredMessage, now: Millis, reason: str, address: str = "") -> None:
        """Refused first, then reported: between the two the message stays due, so the report is not lost."""
        if address and reason == "undeliverable":
            self._addresses.suppress(f"{message.put.channel}#{address}", reason, now)
        token = message.token if message.status == "sending" else ""
        if self._messages.refuse(message, reason=reason, token=token, due=now + MINUTE, address=address):
            self._tally.count("Refused", reason)
            self._record(message, now, "refused", reason)
            self._tell(replace(message, status="refused", reason=reason, address=address), now)

    def _tell(self, message: StoredMessage, now: Millis) -> None:
        """Tells `decide` how it ended; until that is queued the message stays due."""
        reason = message.reason if message.status == "refused" else ""
        address = message.address
        event = report(message.put, message.owner, f"message.{message.status}", now, reason=reason, address=address)
        self._queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)}])
        self._messages.reported(message)

    def _record(self, message: StoredMessage, now: Millis, outcome: Outcome, reason: str) -> None:
        put = message.put
        record = Record(
            now, message.owner, put.campaign, put.key, outcome, reason, step=put.step, channel=put.channel,
            message=put.id, variant=put.variant, event=put.trigger, catalog=self._catalog.hash,
        )  # fmt: skip
        self._lines.append({"record": record.line()})


def address_of(to: Mapping[str, Any], address_hash: AddressHash) -> str:
    """The hash of where it goes, as suppression and state know it."""
    if to.get("token"):
        return address_hash("push", push_address(to))
    return next((address_hash(channel, str(to[k])) for k, channel in _ADDRESSES.items() if to.get(k)), "")
