"""The port MessageStore in memory: every move on the table's own condition."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kairos.domain.events import Millis
from kairos.domain.state import Customer
from kairos.service.ports import Dossier, MessageRef, NotClaimed, Noted, StoredMessage
from tests.fakes import World


@dataclass
class FakeMessages:
    world: World

    def dossier(self, ref: MessageRef) -> Dossier | None:
        def work() -> Dossier | None:
            message = self.world.messages.get(ref.message)
            customer = self.world.states.get(ref.customer) or Customer.unknown(ref.customer)
            if message and customer.state.heir:
                message, customer = replace(message, heir=customer.state.heir), self.world.states[customer.state.heir]
            return Dossier(message, customer, {}, self.world.control_now) if message else None

        return self.world.call(work)

    def claim(self, message: StoredMessage, *, guard: int, address: str, token: str, now: Millis) -> None:
        def work() -> None:
            kept = self.world.messages[message.put.id]
            owner = self.world.states.get(message.owner)
            if kept.status != "pending":
                raise NotClaimed("not_pending")
            if kept.put.expires <= now:
                raise NotClaimed("expired")
            if address in self.world.suppressed:
                raise NotClaimed("suppressed")
            if owner and owner.state.guard != guard:
                raise NotClaimed("guard_moved")
            claimed = replace(kept, status="sending", token=token, tries=kept.tries + 1, claimed=now)
            self.world.messages[message.put.id] = claimed

        self.world.call(work)

    def _move(self, message: StoredMessage, holds: Callable[[StoredMessage], bool], **changes: Any) -> bool:
        def work() -> bool:
            kept = self.world.messages[message.put.id]
            if not holds(kept):
                return False
            self.world.messages[message.put.id] = replace(kept, **changes)
            return True

        return self.world.call(work)

    def sent(self, message: StoredMessage, *, token: str, provider_id: str, now: Millis, due: Millis) -> bool:
        mine = lambda m: (m.status in ("sending", "in_doubt") and m.token == token) or m.status == "given_up"  # noqa: E731 - a condition, as the table has it
        return self._move(message, mine, status="sent", provider_id=provider_id, due=due)

    def note(self, customer: str, message: str, kind: str, time: Millis) -> Noted | None:
        def work() -> Noted | None:
            kept = self.world.messages.get(message)
            if kept is None:
                return None
            first = (message, kind) not in self.world.noted
            self.world.noted.setdefault((message, kind), time)
            return Noted(kept, first)

        return self.world.call(work)

    def settle(self, customer: str, message: str, *, provider_id: str, now: Millis, due: Millis) -> bool:
        kept = self.world.messages.get(message)
        if kept is None:
            return False
        return self._move(
            kept,
            lambda m: m.status in ("sending", "in_doubt", "given_up") or (m.status == "pending" and m.tries > 0),
            status="sent", token="", provider_id=provider_id, due=due,
        )  # fmt: skip

    def release(self, message: StoredMessage, *, token: str, due: Millis) -> bool:
        open_now = ("sending", "in_doubt") if message.put.transactional else ("sending",)
        return self._move(message, lambda m: m.status in open_now and m.token == token, status="pending", due=due)

    def doubt(self, message: StoredMessage, *, token: str) -> bool:
        return self._move(
            message, lambda m: m.status == "sending" and m.token == token, status="in_doubt", doubted=True
        )

    def refuse(self, message: StoredMessage, *, reason: str, token: str, due: Millis, address: str = "") -> bool:
        status = "sending" if token else "pending"
        return self._move(
            message, lambda m: m.status == status and (not token or m.token == token),
            status="refused", reason=reason, due=due, address=address,
        )  # fmt: skip

    def give_up(self, message: StoredMessage, *, reason: str = "") -> bool:
        mine = lambda m: (  # noqa: E731 - as above
            (m.status in ("sending", "in_doubt") and m.token == message.token) or (m.status == "pending" and m.doubted)
        )
        return self._move(message, mine, status="given_up", reason=reason, due=0)

    def postpone(self, message: StoredMessage, *, due: Millis) -> bool:
        return self._move(message, lambda m: (m.status, m.token) == (message.status, message.token), due=due)

    def reported(self, message: StoredMessage) -> bool:
        return self._move(message, lambda m: (m.status, m.token) == (message.status, message.token), due=0)
