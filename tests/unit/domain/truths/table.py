"""A truth table: one word of the language, rows of why, what is written, what happens, and the reason in the last column."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from kairos.domain.effects import PutMessage, Record
from tests.unit.domain.truths.moments import same, told
from tests.unit.domain.truths.story import Story
from tests.unit.domain.truths.written import compiled, yaml

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """All rows of one word; tests/house counts them."""

    kind: ClassVar[str]
    word: str
    rows: Sequence[Row]
    rules: str = ""  # of the policy
    beside: str = ""  # other campaigns
    known: Mapping[str, str] = field(default_factory=dict)  # names for what is written in many rows

    @property
    def reasons(self) -> set[str]:
        """Every reason that some row ends in."""
        return {reason.removesuffix(" (deferred)") for row in self.rows for reason in row[-1].split(", ")}

    @property
    def each(self) -> Callable[[Any], Any]:
        """Makes a test of every row."""
        return pytest.mark.parametrize("row", self.rows, ids=[row[0] for row in self.rows])

    def check(self, row: Row) -> None:
        """Plays the row and compares its last columns."""
        raise NotImplementedError

    def story(self, written: str, **more: Any) -> Story:
        """A story under the campaign that is written, the table's rules, and what else is known of it."""
        node = yaml(self.spelled(written)) | more
        for shared, text in (("policy", self.rules), ("beside", self.beside)):
            node[shared] = yaml(text) | node.get(shared, {})
        return Story(compiled(node))

    def spelled(self, text: str) -> str:
        """What is written, or what its name stands for."""
        for name, meaning in self.known.items():
            text = re.sub(rf"\b{name}\b", meaning, text)
        return text


class Condition(Table):
    """(why, condition, given, answer): asked at 0 of whoever the event `look` brings, if no other `look` is given."""

    kind = "condition"

    def check(self, row: Row) -> None:
        _, written, given, answer = row
        story = self.story("event: look", audience=yaml(self.spelled(written)))
        story.play(given if " look" in given else f"{given}; 0 look" if given else "0 look")
        heard = [entry_reason(record) for record in story.lines if is_entry(record)]
        meaning = {"entered": "holds", "not_in_audience": "does not hold", "history_unknown": "unknown"}
        assert ", ".join(meaning.get(reason, reason) for reason in heard) == answer


class Trigger(Table):
    """(why, campaign with its trigger, given, when, reason): each time it fired, and what the gates of entry said."""

    kind = "trigger"

    def check(self, row: Row) -> None:
        _, written, given, when, reason = row
        story = self.story(written).play(given)
        lines = [record for record in story.lines if is_entry(record)]
        fired = [(told(record.time), entry_reason(record)) for record in lines]
        if reason == "not reached":  # by the index, or refused when judged: which of the two is its own affair
            assert {word for _, word in fired} <= {"not_in_audience"}
            return
        expected = [] if reason == "silent" else list(zip(map(same, _parts(when)), _parts(reason), strict=True))
        assert fired == expected


class Step(Table):
    """(why, steps, more of the campaign, given, what came of it, reason): triggered by `x`, at 0 if nothing is given."""

    kind = "step"

    def check(self, row: Row) -> None:
        _, written, more, given, out, reason = row
        story = self.story(more, steps=yaml(self.spelled(written))).play(given or "0 x")
        assert came_of(story) == [_normal(part) for part in _parts(out)]
        assert [r.reason for r in story.lines if r.campaign == "hello" and is_told(r)] == _parts(reason)


class Gate(Table):
    """(why, campaign, given, reasons): what was said of each entry, or of each send, in order; `goes` if nothing refused."""

    def check(self, row: Row) -> None:
        _, written, given, reasons = row
        story = self.story(written).play(given)
        assert ", ".join(self.said(story)) == reasons

    def said(self, story: Story) -> list[str]:
        raise NotImplementedError


class EntryGate(Gate):
    """Its reasons are those of each entry."""

    kind = "gate of entry"

    def said(self, story: Story) -> list[str]:
        return [entry_reason(record) for record in story.lines if is_entry(record)]


class SendGate(Gate):
    """Its reasons are those of each send: `goes` if it was decided, and how it ended if that is told."""

    kind = "gate of a send"
    refusals_of_entry: ClassVar[bool] = False

    def said(self, story: Story) -> list[str]:
        """Messages that go, refusals, deferrals and how messages ended, in the order of their moments."""
        gone = [(at, 0, "goes") for at, message in story.went if message.campaign == "hello"]
        held = [
            (r.time, 1, r.reason if r.outcome == "refused" else f"{r.reason} (deferred)")
            for r in story.lines
            if r.campaign == "hello" and r.outcome in ("refused", "deferred") and (r.step or self.refusals_of_entry)
        ]
        ended = [(at, -1, word) for at, word in story.ended.values()]
        return [word for *_, word in sorted(gone + held + ended)]


class AfterGate(SendGate):
    """Also what stands in the way of the next entry."""

    kind = "gate afterwards"
    refusals_of_entry = True


def _amount(record: Record) -> str:
    """What a goal was worth, in which currency if not in the policy's."""
    return f"{record.value:g}" + (f" {record.currency}" if record.currency not in ("", "DKK") else "")


def is_entry(record: Record) -> bool:
    """Whether it says what became of somebody who stood before the campaign."""
    return record.campaign == "hello" and (
        record.outcome == "entered" or (record.outcome == "refused" and not record.step)
    )


def entry_reason(record: Record) -> str:
    return record.reason or "entered"


def is_told(record: Record) -> bool:
    """Whether it is a reason for something that did not go out, or for leaving."""
    return record.outcome == "left" or (record.outcome == "refused" and bool(record.step))


def came_of(story: Story) -> list[str]:
    """Messages, events out and content shown, each with its moment."""
    coupons: list[str] = []
    found = [(at, _message(message, coupons)) for at, message in story.went if message.campaign == "hello"]
    for at, slot, offers in story.shown:
        best = next((offer for offer in offers if not offer.reason), None)
        variant = f"/{best.variant}" if best and best.variant else ""
        found.append((at, f"{slot}={best.template if best else 'nothing'}{variant}"))
    return [f"{what} {told(at)}" for at, what in sorted(found, key=lambda one: one[0])]


def _message(message: PutMessage, coupons: list[str]) -> str:
    """`template/variant:channel`, `[15%#1]` for a coupon (the first code there is), `type(field=value)` for an event out."""
    if message.detail is not None:
        detail = ",".join(f"{name}={json.dumps(value)}" for name, value in message.detail["detail"].items())
        return f"{message.detail['type']}({detail})"
    worth = ""
    if coupon := message.coupon:
        coupons += [coupon["id"]] if coupon["id"] not in coupons else []
        worth = f"{coupon['percent']:g}%" if "percent" in coupon else f"{coupon['amount']:g}"
        worth = f"[{worth}#{coupons.index(coupon['id']) + 1}]"
    variant = f"/{message.variant}" if message.variant else ""
    channel = "" if message.channel == "email" else f":{message.channel}"
    return f"{message.template}{worth}{variant}{channel}"


def _parts(text: str) -> list[str]:
    return text.split(", ") if text else []


def _normal(part: str) -> str:
    what, _, when = part.rpartition(" ")
    return f"{what} {same(when)}"


class Inbound(Trigger):
    """(why, campaign, given, when, reason): what each question for a slot was answered; nobody enters."""

    def check(self, row: Row) -> None:
        _, written, given, when, reason = row
        story = self.story(written).play(given)
        answers = [
            (told(at), offer.reason or "offered")
            for at, _, offers in story.shown
            for offer in offers
            if offer.campaign == "hello"
        ]
        assert answers == (
            [] if reason == "silent" else list(zip(map(same, _parts(when)), _parts(reason), strict=True))
        )
        assert not any(is_entry(record) for record in story.lines)


class Goal(Table):
    """(why, campaign, given, when, worth): each success that was recorded."""

    kind = "counting"

    def check(self, row: Row) -> None:
        _, written, given, when, worth = row
        story = self.story(written).play(given)
        reached = [(told(r.time), _amount(r)) for r in story.lines if r.campaign == "hello" and r.outcome == "goal"]
        assert reached == ([] if worth == "silent" else list(zip(map(same, _parts(when)), _parts(worth), strict=True)))


class Exit(Table):
    """(why, campaign, given, when, reason): each time somebody left, and why."""

    kind = "counting"

    def check(self, row: Row) -> None:
        _, written, given, when, reason = row
        story = self.story(written).play(given)
        left = [(told(r.time), r.reason) for r in story.lines if r.campaign == "hello" and r.outcome == "left"]
        assert left == list(zip(map(same, _parts(when)), _parts(reason), strict=True))
