"""Somebody opts out while a message to them is under way: every order of the steps of all who work at it."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from kairos.domain import manners
from kairos.domain.effects import message_id
from kairos.domain.events import Consent, Event, Millis, Ref
from kairos.domain.sources import canonical
from kairos.domain.tokens import Preferences, Unsubscribe, sign
from kairos.service.links import Links
from kairos.service.ports import Item, MessageRef, NotClaimed, StoredMessage
from kairos.service.preferences import PreferenceCentre
from kairos.service.visits import Reception, Response, Visit
from tests.fake_messages import FakeMessages
from tests.unit.domain.shop import DAY, T0, campaign, catalog, event, send, started
from tests.unit.service.interleaving import Schedule, Stepwise, every, run
from tests.unit.service.reception import KEYS, PAGES
from tests.unit.service.workers import Workers

SHOP = catalog(welcome=campaign(started("signup"), send("hello", "email")))
WHO = "anna"
SIGNUP = event("signup", id="s1")
REF = MessageRef(WHO, message_id(WHO, "welcome", "s1", "send.hello", "email"), "welcome", "s1")


class Story:
    """One of the ways it may go: a message is decided and delivered, twice over, and somebody presses a button."""

    def __init__(self, way_out: str, messages: type[FakeMessages], **world: Any) -> None:
        self.workers = Workers(SHOP, made=Stepwise, messages=messages, **world)
        self.messages: Any = self.workers.messages
        self.world: Any = self.workers.world
        grants = Consent("offers", "email", "granted", T0 - DAY)
        self.workers.hear(
            Event("j", "kairos.customer", T0 - DAY, T0 - DAY, "shop", Ref(WHO), own=True, consents=(grants,),
                  addresses={"email": "anna@example.com"})
        )  # fmt: skip
        reception = Reception(
            lambda: KEYS, self.workers.evaluate.commit_now, self.workers.queues, PAGES, self.world.clock
        )
        self.links = Links(reception, SHOP.policy)
        self.centre = PreferenceCentre(reception, self.workers.customers, SHOP)
        self.way_out, self.answer = getattr(self, way_out), Response(0)
        self.sent_when_answered = 0

    def decide(self) -> None:
        self._decide()
        self.deliver()

    def _decide(self) -> None:
        body = {"kairos": "event", "event": canonical.to_dict(SIGNUP)}
        self.workers.evaluate.batch([Item("1", json.dumps(body))])

    def deliver(self) -> None:
        self.workers.deliver.batch([("1", REF)])

    def leave(self) -> None:
        self.answer = self.way_out()
        self.sent_when_answered = len(self.world.accepted)

    def unsubscribe(self) -> Response:
        token = sign(Unsubscribe(WHO, "offers", "email", "m0"), KEYS, T0)
        return self.links.unsubscribe(token, Visit({}, "POST", b"List-Unsubscribe=One-Click"))

    def stop_everything(self) -> Response:
        return self.centre.change(sign(Preferences(WHO, "m0"), KEYS, T0), Visit({}, "POST", b"do=none"))

    def pause(self) -> Response:
        form = b"was=&was=offers/email&on=offers/email&do=pause"
        return self.centre.change(sign(Preferences(WHO, "m0"), KEYS, T0), Visit({}, "POST", form))

    @property
    def silenced(self) -> bool:
        """Whether the table says that she wants nothing."""
        state = self.world.states[WHO].state
        return not manners.consented(state, SHOP.policy, "offers", "email") or manners.paused_until(state, SHOP) > T0

    def play(self, first: Sequence[int], *workers: str) -> Schedule:
        """In one order; afterwards all that was left to do is done."""
        if "decide" not in workers:
            self._decide()
        self.world.step_by_step = True
        schedule = run([getattr(self, name) for name in workers], first)
        self.world.step_by_step = False
        self.workers.settle()
        return schedule


class Watched(FakeMessages):
    """Claims as the table does, and says of each whether she had opted out by then."""

    late: bool = False

    def claim(self, message: StoredMessage, *, guard: int, address: str, token: str, now: Millis) -> None:
        super().claim(message, guard=guard, address=address, token=token, now=now)
        state = self.world.states[WHO].state
        self.late = self.late or manners.refusal_of_channel(state, SHOP, "offers", "email", T0) == "no_consent"


class Careless(Watched):
    """The bug that this test is there for: whoever claims does not look whether the customer has changed."""

    def claim(self, message: StoredMessage, *, guard: int, address: str, token: str, now: Millis) -> None:
        try:
            super().claim(message, guard=guard, address=address, token=token, now=now)
        except NotClaimed:
            moved = self.world.states[message.owner].state.guard
            super().claim(message, guard=moved, address=address, token=token, now=now)


def explored(way_out: str, messages: type[Watched], *workers: str, **world: Any) -> tuple[int, Counter[str], list[str]]:
    """How many orders there are, how they ended, and which promises were broken."""
    ends: Counter[str] = Counter()
    broken: list[str] = []

    def play(first: Sequence[int]) -> Schedule:
        story = Story(way_out, messages, **world)
        schedule = story.play(first, *workers)
        sent = len(story.world.accepted)
        promises: dict[str, bool] = {
            "claimed after the opt-out was committed": story.messages.late,
            "sent twice": sent > 1,
            "answered before it was so": story.answer.status != 200 or not story.silenced,
            "still under way": not {*story.workers.statuses()} <= {"sent", "refused"},
        }
        broken.extend(f"{promise}: {schedule.taken}" for promise, is_broken in promises.items() if is_broken)
        when = "before" if story.sent_when_answered else "claimed before, sent after"
        ends["nothing was sent" if not sent else f"one was sent, {when} the page answered"] += 1
        return schedule

    return every(play), ends, broken


WAYS_OUT = ("unsubscribe", "stop_everything", "pause")


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_whenever_somebody_opts_out_before_the_claim_nothing_is_sent_and_after_it_at_most_that_one(
    way_out: str,
) -> None:
    orders, ends, broken = explored(way_out, Watched, "decide", "leave", alone=way_out != "unsubscribe")
    assert broken == []
    assert orders > 100 and set(ends) == {
        "nothing was sent",
        "one was sent, before the page answered",
        "one was sent, claimed before, sent after the page answered",
    }


def test_nor_if_the_queue_delivers_twice_at_once() -> None:
    orders, ends, broken = explored("unsubscribe", Watched, "deliver", "deliver", "leave", alone=True)
    assert broken == []
    assert orders > 500 and len(ends) == 3


def test_a_claim_that_does_not_look_at_the_customer_is_caught() -> None:
    _, _, broken = explored("unsubscribe", Careless, "decide", "leave", alone=True)
    assert any(promise.startswith("claimed after") for promise in broken)
