"""Definitions change while somebody is under way: who goes on, who leaves, and that nothing goes out again."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from kairos.domain.definitions import Catalog
from kairos.domain.effects import PutMessage
from tests.unit.domain.truths.moments import same, told
from tests.unit.domain.truths.story import Line, Story
from tests.unit.domain.truths.table import Row, Table, came_of, entry_reason, is_entry, is_told
from tests.unit.domain.truths.written import compiled, nothing, yaml


class Redeployed(Story):
    """A story in which `becomes` deploys what the campaign is from then on; what is counted already stays counted."""

    def __init__(self, before: Catalog, after: Catalog) -> None:
        super().__init__(before)
        self.after = after

    def _becomes(self, line: Line) -> None:
        counted = {keep: self.catalog.since.get(keep, 0) for keep in self.catalog.keeps}
        since = {keep: counted.get(keep, line.at) for keep in self.after.keeps}
        self.after, self.catalog = self.catalog, replace(self.after.with_since(since), hash=f"{self.catalog.hash}+")


@dataclass(frozen=True)
class Deployment(Table):
    """(why, before, after, given, what came of it, when, reason): `x` at 0, deployed at +1h, if nothing is given."""

    kind: ClassVar[str] = "deployment"

    def check(self, row: Row) -> None:
        _, before, after, given, out, when, reason = row
        story = self.played(before, after, given or "0 x; +1h becomes")
        assert came_of(story) == [
            f"{what} {same(at)}" for what, _, at in (part.rpartition(" ") for part in _parts(out))
        ]
        said = [(told(r.time), r.reason) for r in story.lines if r.campaign == "hello" and is_told(r)]
        assert said == list(zip(map(same, _parts(when)), _parts(reason), strict=True))

    def played(self, before: str, after: str, given: str) -> Redeployed:
        old, new = (self.catalog_of(text) for text in (before, after))
        story = Redeployed(old, new)
        story.play(given)
        return story

    def catalog_of(self, text: str) -> Catalog:
        return nothing() if text == "GONE" else compiled(yaml(self.spelled(text)))


def _parts(text: str) -> list[str]:
    return text.split(", ") if text else []


MAILS = {f"MAIL_{name}": f"send: {{channel: email, template: {name.lower()}}}" for name in "ABC"}
KNOWN = {
    "WAITS": "steps: [wait: 3d, MAIL_A]",
    "QUIET": "policy: {quiet_hours: [{channels: [email], from: '08:00', to: '20:00'}]}",
    "VARIANTS": "split: [{name: of, weight: 1, steps: [{id: inside, wait: 1d}, MAIL_A]}]",
    **MAILS,
}

CHANGED = Deployment("definition_changed", [
    ("the same again", "WAITS", "WAITS", "", "a +3d", "+3d", "finished"),
    ("its step is gone", "WAITS", "steps: [MAIL_A]", "", "", "+3d", "definition_changed"),
    ("all that is left is another wait", "steps: [{id: pause, wait: 3d}, MAIL_A]", "steps: [wait: 3d, MAIL_A]", "", "", "+3d", "definition_changed"),
    ("its step has another name", "steps: [{id: pause, wait: 3d}, MAIL_A]", "steps: [{id: rest, wait: 3d}, MAIL_A]", "", "", "+3d", "definition_changed"),
    ("its step stands elsewhere under its name", "steps: [{id: pause, wait: 3d}, MAIL_A]", "steps: [MAIL_B, {id: pause, wait: 3d}, MAIL_C]", "", "c +3d", "+3d", "finished"),
    ("before its step stands one that would have its name", "steps: [{id: wait-1, wait: 3d}, MAIL_A]", "steps: [wait: 1h, MAIL_B, {id: wait-1, wait: 3d}, MAIL_A]", "", "a +3d", "+3d", "finished"),
    ("before its held send stands a second one of another template", "steps: [send: {channel: email, template: a-2}], QUIET", "steps: [MAIL_A, MAIL_A, send: {channel: email, template: a-2}], QUIET", "", "a-2 +11h", "+11h", "finished"),
    ("a step behind it is gone", "steps: [wait: 3d, MAIL_A, MAIL_B]", "steps: [wait: 3d, MAIL_B]", "", "b +3d", "+3d", "finished"),
    ("a step behind it is new", "WAITS", "steps: [wait: 3d, MAIL_B, wait: 1h, MAIL_A]", "", "b +3d, a +3d1h", "+3d1h", "finished"),
    ("nothing is behind it", "WAITS", "steps: [wait: 3d]", "", "", "+3d", "finished"),
    ("the campaign is gone", "WAITS", "GONE", "", "", "+3d", "definition_changed"),
    ("the campaign is a draft", "WAITS", "WAITS, status: draft", "", "", "+3d", "definition_changed"),
    ("gone and back in time", "WAITS", "GONE", "0 x; +1h becomes; +2h becomes", "a +3d", "+3d", "finished"),
    ("another trigger", "WAITS", "event: z, WAITS", "", "a +3d", "+3d", "finished"),
    ("a trigger of another kind", "WAITS", "inactive: 60d, WAITS", "", "a +3d", "+3d", "finished"),
    ("another audience: it is judged at entry", "WAITS", "audience: {tagged: vip}, WAITS", "", "a +3d", "+3d", "finished"),
    ("a key", "WAITS", "key: '{{ event.properties.n }}', WAITS", "", "a +3d", "+3d", "finished"),
    ("a holdout: who is in stays in", "WAITS", "holdout: 100%, WAITS", "", "a +3d", "+3d", "finished"),
    ("an exit that comes after it", "WAITS", "exit: {event: y}, WAITS", "0 x; +1h becomes; +2h y", "", "+2h", "exited"),
    ("an exit that came before it: nobody listened", "WAITS", "exit: {event: y}, WAITS", "0 x; +1m y; +1h becomes", "a +3d", "+3d", "finished"),
    ("no exit any more", "exit: {event: y}, WAITS", "WAITS", "0 x; +1h becomes; +2h y", "a +3d", "+3d", "finished"),
    ("a longer wait", "WAITS", "steps: [wait: 5d, MAIL_A]", "", "a +5d", "+5d", "finished"),
    ("a shorter wait, of somebody who is heard of", "WAITS", "steps: [wait: 1d, MAIL_A]", "0 x; +1h becomes; +2h x", "a +1d", "+1d", "finished"),
    ("a shorter wait, of somebody silent: seen at the old moment", "WAITS", "steps: [wait: 2d12h, MAIL_A]", "", "a +3d", "+3d", "finished"),
    ("a shorter wait, seen when its message is over", "WAITS", "steps: [wait: 1d, MAIL_A]", "", "", "+3d, +3d", "expired, finished"),
    ("a wait for an event instead: it comes", "WAITS", "steps: [wait: {event: y, timeout: 5d}, MAIL_A]", "0 x; +1h becomes; +1d y", "a +1d", "+1d", "finished"),
    ("a wait for an event instead: it does not", "WAITS", "steps: [wait: {event: y, timeout: 5d}, MAIL_A]", "", "a +5d", "+5d", "finished"),
    ("a shorter timeout, of somebody who is heard of", "steps: [wait: {event: y, timeout: 5d}, MAIL_A]", "steps: [wait: {event: y, timeout: 1d}, MAIL_A]", "0 x; +1h becomes; +2h x", "a +1d", "+1d", "finished"),
    ("an event with a shorter timeout instead, of somebody who is heard of", "WAITS", "steps: [wait: {event: y, timeout: 1d}, MAIL_A]", "0 x; +1h becomes; +2h x", "a +1d", "+1d", "finished"),
    ("a wait for another event", "steps: [wait: {event: y, timeout: 2d}, MAIL_A]", "steps: [wait: {event: z, timeout: 2d}, MAIL_A]", "0 x; +1h becomes; +2h y; +3h z", "a +3h", "+3h", "finished"),
    ("a span instead of an event", "steps: [wait: {event: y, timeout: 2d}, MAIL_A]", "steps: [wait: 3d, MAIL_A]", "0 x; +1h becomes; +2h y", "a +3d", "+3d", "finished"),
    ("a time of day instead", "WAITS", "steps: [wait: {until: '21:00'}, MAIL_A]", "0 x; +1h becomes; +2h x", "a +12h", "+12h", "finished"),
    ("a moment of the customer instead", "WAITS", "steps: [wait: {until: attributes.d}, MAIL_A]", "0 x; +1h becomes; +2h put d=2026-06-05", "a 2026-06-05T09:00", "2026-06-05T09:00", "finished"),
    ("a variant is gone", "steps: [VARIANTS]", "steps: [split: [{name: of, weight: 1, steps: [MAIL_B]}]]", "", "", "+1d", "definition_changed"),
    ("the split is gone, its steps stay", "steps: [VARIANTS]", "steps: [{id: inside, wait: 1d}, MAIL_A]", "", "a/of +1d", "+1d", "finished"),
    ("a variant more, to which they would belong: who is in one stays", "steps: [VARIANTS]",
     "steps: [split: [{name: of, weight: 0.001, steps: [{id: inside, wait: 1d}, MAIL_A]}, {name: other, weight: 999, steps: [MAIL_B]}]]", "", "a/of +1d", "+1d", "finished"),
    ("a held send has another template", "steps: [MAIL_A], QUIET", "steps: [MAIL_B], QUIET", "", "", "+11h", "definition_changed"),
    ("a held send that is named has another template", "steps: [{id: mail, send: {channel: email, template: a}}], QUIET",
     "steps: [{id: mail, send: {channel: email, template: b}}], QUIET", "", "b +11h", "+11h", "finished"),
    ("a held send of somebody silent goes when it was to go", "steps: [MAIL_A], QUIET", "steps: [MAIL_A]", "", "a +11h", "+11h", "finished"),
    ("paused before the send", "WAITS", "WAITS, status: paused", "", "", "+3d, +3d", "paused, finished"),
    ("paused and resumed before the send", "WAITS", "WAITS, status: paused", "0 x; +1h becomes; +2d becomes", "a +3d", "+3d", "finished"),
    ("paused between two sends", "steps: [MAIL_A, wait: 3d, MAIL_B]", "steps: [MAIL_A, wait: 3d, MAIL_B], status: paused", "", "a 0", "+3d, +3d", "paused, finished"),
    ("paused while a send is held", "steps: [MAIL_A], QUIET", "steps: [MAIL_A], QUIET, status: paused", "", "", "+11h, +11h", "paused, finished"),
], known=KNOWN)  # fmt: skip


@CHANGED.each
def test_somebody_under_way_meets_another_definition(row: Row) -> None:
    CHANGED.check(row)


WAITING = [
    # what was waited for when the definition changed: before, after, given, who entered when and why not
    ("an absence, and the campaign is gone", "event: x, absent: {event: y, for: 1h}", "GONE", "0 x; +10m becomes", []),
    ("an absence, now an event", "event: x, absent: {event: y, for: 1h}", "event: z", "0 x; +10m becomes", []),
    ("an absence, now a longer one", "event: x, absent: {event: y, for: 1h}", "event: x, absent: {event: y, for: 3h}", "0 x; +10m becomes", ["+3h entered"]),
    ("a date, and the campaign is gone", "date: attributes.d", "GONE", "0 put d=2026-06-03; +1h becomes", []),
    ("a date, now an event", "date: attributes.d", "event: z", "0 put d=2026-06-03; +1h becomes", []),
    ("a date, now another one", "date: attributes.d", "date: attributes.e", "0 put d=2026-06-03 e=2026-06-05; +1h becomes", ["2026-06-05T09:00 entered"]),
    ("a date, now two days later", "date: attributes.d", "date: attributes.d, offset: 2d", "0 put d=2026-06-03; +1h becomes", ["2026-06-05T09:00 entered"]),
    ("a date, now a day earlier", "date: attributes.d", "date: attributes.d, offset: -1d", "0 put d=2026-06-03; +1h becomes; +2h wakes", ["2026-06-02T09:00 entered"]),
    ("a date, now each in theirs", "date: attributes.d", "schedule: 'at(2026-06-05T09:00:00)', timezone: customer, audience: {tagged: vip}", "0 put d=2026-06-03; +1h becomes", []),
    ("a date, of which somebody hears too late", "date: attributes.d", "date: attributes.d, priority: 9", "0 put d=2026-06-03; +1h becomes; +1h sleeps; +5d wakes", ["+5d expired"]),
    ("a lapse, now an event", "inactive: 3d", "event: z", "0 x; +1h becomes", ["-27d entered"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "before", "after", "given", "entered"), WAITING, ids=[row[0] for row in WAITING]
)  # fmt: skip
def test_what_was_waited_for_is_no_longer_or_at_its_new_time(
    why: str, before: str, after: str, given: str, entered: list[str]
) -> None:
    story = CHANGED.played(before, after, given)
    found = [f"{told(record.time)} {entry_reason(record)}" for record in story.lines if is_entry(record)]
    assert found == [f"{same(at)} {word}" for at, word in (one.split() for one in entered)]


COUNTED = [
    # why, the audience before and after, given, what each entry was told
    ("counted anew", "", "audience: {did_not: {event: y, within: 7d}}", "0 becomes; +1d x", ["history_unknown"]),
    ("counted anew, and long enough", "", "audience: {did_not: {event: y, within: 7d}}", "0 becomes; +6d x; +7d x", ["history_unknown", "entered"]),
    ("counted before", "audience: {did_not: {event: y, within: 7d}}", "audience: {did_not: {event: y, within: 7d}}, priority: 9", "0 becomes; +1d x", ["entered"]),
    ("counted over another span: anew", "audience: {did_not: {event: y, within: 7d}}", "audience: {did_not: {event: y, within: 2d}}", "-9d x; 0 becomes; +1d x; +2d x", ["entered", "history_unknown", "entered"]),
    ("a yes is known at once", "", "audience: {did: {event: y, within: 7d}}", "0 becomes; +1h y; +1d x", ["entered"]),
    ("under `not` too", "", "audience: {not: {did: {event: y, within: 7d}}}", "0 becomes; +1d x", ["history_unknown"]),
    ("what decides without it is no matter of history", "", "audience: [{tagged: vip}, {did_not: {event: y, within: 7d}}]", "0 becomes; +1d x", ["not_in_audience"]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "before", "after", "given", "heard"), COUNTED, ids=[row[0] for row in COUNTED])
def test_what_is_newly_counted_is_not_known_until_it_has_aged(
    why: str, before: str, after: str, given: str, heard: list[str]
) -> None:
    story = CHANGED.played(f"{before or 'event: x'}, steps: [exit]", f"{after}, steps: [exit]", given)
    assert [entry_reason(record) for record in story.lines if is_entry(record)] == heard


SENT = "steps: [MAIL_A, wait: 1d, MAIL_B]"
REDEPLOYED = [
    # what is new about a campaign whose first message went out: the trigger is delivered again
    ("nothing", SENT),
    ("its texts' campaign has another priority", f"{SENT}, priority: 99"),
    ("another holdout", f"{SENT}, holdout: 1%"),
    ("another channel first", SENT.replace("MAIL_A", "send: {channel: [sms, email], template: a}")),
    ("another topic", f"{SENT}, topic: news"),
    ("a step before it", "steps: [tag: seen, MAIL_A, wait: 1d, MAIL_B]"),
    ("a coupon before it", "steps: [coupon: {name: c, percent: 10, valid: 1d}, MAIL_A, wait: 1d, MAIL_B]"),
]


@pytest.mark.parametrize(("why", "after"), REDEPLOYED, ids=[row[0] for row in REDEPLOYED])
def test_a_deployment_sends_nothing_again(why: str, after: str) -> None:
    story = CHANGED.played(SENT, after, "0 x id=e1; +1h becomes; +2h x id=e1; +3d x id=e1")
    assert [message.template for _, message in story.went] == ["a", "b"]


@pytest.mark.parametrize(("why", "after"), REDEPLOYED, ids=[row[0] for row in REDEPLOYED])
def test_a_message_is_the_same_one_whatever_release_decides_it(why: str, after: str) -> None:
    """Two releases side by side, of which neither has seen what the other wrote: the table takes one of the two."""
    ids = [first(CHANGED.catalog_of(text)).id for text in (SENT, after)]
    if "sms" in after:
        assert ids[0] != ids[1], "another channel is another message: the state and the entry stand in its way"
    else:
        assert ids[0] == ids[1]


def first(catalog: Catalog) -> PutMessage:
    story = Story(replace(catalog, hash=f"release {id(catalog)}"))
    story.play("0 x id=e1", horizon=0)
    return story.went[0][1]


def test_a_step_that_is_renamed_is_another_message() -> None:
    named = "steps: [{id: first, send: {channel: email, template: a}}]"
    assert first(CHANGED.catalog_of(named)).id != first(CHANGED.catalog_of("steps: [MAIL_A]")).id
