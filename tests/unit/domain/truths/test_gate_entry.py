"""The gates of entry in their order: who comes in, and which gate is the first to refuse."""

import pytest

from tests.unit.domain.truths.table import EntryGate, Row

NOBODY = "audience: {tagged: nobody}"
KEY = "key: '{{ event.properties.k }}'"
WAITS = "steps: [wait: 1d]"
MAIL = "steps: [send: {channel: email, template: a}]"
GROUP = "policy: {cooldown_groups: {g: {campaigns: [hello, other], for: 2d}}}, beside: {other: {trigger: {event: y}}}"

PAUSED = EntryGate("paused", [
    ("live", "", "0 x", "entered"),
    ("paused", "status: paused", "0 x", "paused"),
    ("before expired", "status: paused", "0 x late=2d", "paused"),
    ("before the audience", "status: paused, NOBODY", "0 x", "paused"),
    ("paused meanwhile", "WAITS, KEY", "0 x k=1; +1h pauses", "entered"),
    ("what was refused takes no key", "KEY, status: paused", "0 x k=1; +1h x k=1", "paused, paused"),
], known={"NOBODY": NOBODY, "WAITS": WAITS, "KEY": KEY})  # fmt: skip

EXPIRED = EntryGate("expired", [
    ("in time", "expires: 6h", "0 x late=6h-1ms", "entered"),
    ("exactly as old as expires", "expires: 6h", "0 x late=6h", "expired"),
    ("a day, if nothing is said", "", "0 x late=1d", "expired"),
    ("just within the day", "", "0 x late=1d-1ms", "entered"),
    ("before the audience", "NOBODY", "0 x late=2d", "expired"),
    ("before duplicate", "", "0 x id=a; 0 x id=a late=2d", "entered, expired"),
    ("what was refused takes no key", "KEY", "-2d x k=1 late=2d; 0 x k=1", "expired, entered"),
], known={"NOBODY": NOBODY, "KEY": KEY})  # fmt: skip

NOT_IN_AUDIENCE = EntryGate("not_in_audience", [
    ("everybody, if nothing is said", "", "0 x", "entered"),
    ("in it", "audience: {attributes: {c: [DK]}}", "-1d put c=DK; 0 x", "entered"),
    ("not in it", "audience: {attributes: {c: [DK]}}", "-1d put c=SE; 0 x", "not_in_audience"),
    ("judged at entry", "audience: {attributes: {c: [DK]}}", "-1d put c=SE; 0 x; +1h put c=DK; +2h x", "not_in_audience, entered"),
    ("of the event", "audience: {event: {properties: {n: [1]}}}", "0 x n=2", "not_in_audience"),
    ("before duplicate", "audience: {event: {properties: {n: [1]}}}, KEY", "0 x n=1 k=1; +1h x n=2 k=1", "entered, not_in_audience"),
    ("before cooldown", "audience: {event: {properties: {n: [1]}}}, cooldown: 3d", "0 x n=1; +1h x n=2", "entered, not_in_audience"),
    ("what was refused takes no key and starts no cooldown", "audience: {event: {properties: {n: [1]}}}, KEY, cooldown: 3d", "0 x n=2 k=1; +1h x n=1 k=1", "not_in_audience, entered"),
], known={"KEY": KEY})  # fmt: skip

UNKNOWN = EntryGate("history_unknown", [
    ("counted long enough", "audience: {did_not: {event: y, within: 7d}}", "-7d deploy; 0 x", "entered"),
    ("not counted long enough", "audience: {did_not: {event: y, within: 7d}}", "-6d deploy; 0 x", "history_unknown"),
    ("it becomes known", "audience: {did_not: {event: y, within: 7d}}", "-6d deploy; 0 x; +1d x", "history_unknown, entered"),
    ("in the place of not_in_audience", "audience: {all: [{did: {event: y, within: 7d}}, {tagged: nobody}]}", "-6d deploy; 0 x", "not_in_audience"),
    ("before duplicate", "audience: {any: [{did: {event: y, within: 7d}}, {event: {properties: {n: [1]}}}]}, KEY", "-6d deploy; 0 x n=1 k=1; +1h x k=1", "entered, history_unknown"),
    ("the archive reaches back far enough", "audience: {did_not: {event: y, within: 7d}}, policy: {history: '2026-01-01'}", "-6d deploy; 0 x", "entered"),
    ("the archive does not", "audience: {did_not: {event: y, within: 7d}}, policy: {history: '2026-05-30'}", "-2d deploy; 0 x", "history_unknown"),
], known={"KEY": KEY})  # fmt: skip

DUPLICATE = EntryGate("duplicate", [
    ("the trigger event is the key", "", "0 x id=a; 0 x id=a late=1h", "entered, duplicate"),
    ("another event", "", "0 x id=a; +1h x id=b", "entered, entered"),
    ("a key of the event", "KEY", "0 x k=1; +1h x k=1", "entered, duplicate"),
    ("another key", "KEY", "0 x k=1; +1h x k=2", "entered, entered"),
    ("used up for good", "KEY", "0 x k=1; +300d x k=1", "entered, duplicate"),
    ("a constant: once in a life", "key: once", "0 x; +100d x", "entered, duplicate"),
    ("a part is missing: the event is the key", "KEY", "0 x; +1h x", "entered, entered"),
    ("a part is null: the event is the key", "KEY", "0 x k=null; +1h x k=null", "entered, entered"),
    ("of two parts one is missing", "key: '{{ event.properties.k }}-{{ event.properties.m }}'", "0 x k=1; +1h x k=1", "entered, entered"),
    ("what stands between its parts is part of it", "key: '{{ event.properties.k }}-{{ event.properties.m }}'", "0 x k=a m=bc; +1h x k=ab m=c", "entered, entered"),
    ("nothing stands between its parts but what is written", "key: '{{ event.properties.k }}{{ event.properties.m }}'", "0 x k=a m=bc; +1h x k=ab m=c", "entered, duplicate"),
    ("a number and its text are one key", "KEY", '0 x k=1; +1h x k="1"', "entered, duplicate"),
    ("equal numbers are one key however they are written", "KEY", "0 x k=1; +1h x k=1.0", "entered, duplicate"),
    ("never given back, though nothing went out", "KEY, MAIL", "-1d withdraws offers/email; 0 x k=1; +1h x k=1", "entered, duplicate"),
    ("before cooldown", "KEY, cooldown: 3d", "0 x k=1; +1h x k=1", "entered, duplicate"),
    ("before in_campaign", "KEY, WAITS", "0 x k=1; +1h x k=1", "entered, duplicate"),
    ("control uses keys too", "KEY, holdout: 100%", "0 x k=1; +1h x k=1", "holdout, duplicate"),
], known={"KEY": KEY, "MAIL": MAIL, "WAITS": WAITS})  # fmt: skip

COOLDOWN = EntryGate("cooldown", [
    ("none, if nothing is said", "", "0 x; +1m x", "entered, entered"),
    ("within it", "cooldown: 3d", "0 x; +3d-1ms x", "entered, cooldown"),
    ("at exactly its end", "cooldown: 3d", "0 x; +3d x", "entered, entered"),
    ("from entry, not from a refusal", "cooldown: 3d", "0 x; +2d x; +3d x; +4d x", "entered, cooldown, entered, cooldown"),
    ("over all keys", "cooldown: 3d, KEY", "0 x k=1; +1d x k=2", "entered, cooldown"),
    ("by the clock on the wall, not by when it happened", "cooldown: 3d, expires: 7d", "0 x; -5d x late=5d1h", "entered, cooldown"),
    ("before in_campaign", "cooldown: 3d, WAITS", "0 x; +1h x", "entered, cooldown"),
    ("given back: every send was refused", "cooldown: 3d, MAIL", "-1d withdraws offers/email; 0 x; +1h x", "entered, entered"),
    ("kept: one went", "cooldown: 3d, steps: [send: {channel: email, template: a}, send: {channel: push, template: b}]", "0 x; +1h x", "entered, cooldown"),
    ("kept: none was tried", "cooldown: 3d", "0 x; +1h x", "entered, cooldown"),
    ("kept while it is under way", "cooldown: 3d, steps: [send: {channel: push, template: b}, wait: 1d]", "0 x; +1h x; +1d1h x", "entered, cooldown, entered"),
    ("given back: the provider refused it", "cooldown: 3d, MAIL", "0 x; +1m reports failed_provider; +1h x", "entered, entered"),
    ("a group: the other one was entered", GROUP, "0 y; +1h x", "cooldown"),
    ("a group: at exactly its end", GROUP, "0 y; +2d x", "entered"),
    ("a group: given back", "policy: {cooldown_groups: {g: {campaigns: [hello, other], for: 2d}}}, beside: {other: {trigger: {event: y}, MAIL}}", "-1d withdraws offers/email; 0 y; +1h x", "entered"),
    ("control cools down too", "cooldown: 3d, MAIL, holdout: 100%", "0 x; +1h x", "holdout, cooldown"),
    ("control that would have been refused gives it back", "cooldown: 3d, MAIL, holdout: 100%", "-1d withdraws offers/email; 0 x; +1h x", "holdout, holdout"),
], known={"KEY": KEY, "MAIL": MAIL, "WAITS": WAITS})  # fmt: skip

IN_CAMPAIGN = EntryGate("in_campaign", [
    ("without a key one at a time", "WAITS", "0 x; +1h x", "entered, in_campaign"),
    ("when it is over", "WAITS", "0 x; +1d1h x", "entered, entered"),
    ("left by an exit", "WAITS, exit: {event: y}", "0 x; +1h y; +2h x", "entered, entered"),
    ("keys run side by side", "WAITS, KEY", "0 x k=1; +1h x k=2", "entered, entered"),
    ("ten of them", "WAITS, KEY", "; ".join(f"+{n}m x k={n}" for n in range(11)), ", ".join(["entered"] * 10 + ["in_campaign"])),
    ("ten, one of which is over", "WAITS, KEY", "0 x k=0; " + "; ".join(f"+23h{n}m x k={n}" for n in range(1, 10)) + "; +1d1h x k=11", ", ".join(["entered"] * 11)),
    ("what was refused takes no key", "WAITS, KEY", "; ".join(f"+{n}m x k={n}" for n in range(11)) + "; +2d x k=10", ", ".join(["entered"] * 10 + ["in_campaign", "entered"])),
    ("a key with a part missing is a key of its own", "WAITS, KEY", "0 x; +1h x", "entered, entered"),
    ("a deferred send holds its chain", "MAIL, policy: {quiet_hours: [{channels: [email], from: '08:00', to: '12:00'}]}", "0 x; +1h x", "entered, in_campaign"),
    ("control is under way too", "WAITS, holdout: 100%", "0 x; +1h x", "holdout, in_campaign"),
], known={"KEY": KEY, "MAIL": MAIL, "WAITS": WAITS})  # fmt: skip

HOLDOUT = EntryGate("holdout", [
    ("nobody, if nothing is said", "", "0 x", "entered"),
    ("nobody", "holdout: 0%", "0 x", "entered"),
    ("everybody", "holdout: 100%", "0 x", "holdout"),
    ("always the same answer", "holdout: 50%, KEY", "0 x k=1; +1h x k=2; +2h x k=3", "holdout, holdout, holdout"),
    ("the last gate: whoever is refused is no control", "holdout: 100%, NOBODY", "0 x", "not_in_audience"),
    ("paused is before it", "holdout: 100%, status: paused", "0 x", "paused"),
], known={"NOBODY": NOBODY, "KEY": KEY})  # fmt: skip

TABLES = (PAUSED, EXPIRED, NOT_IN_AUDIENCE, UNKNOWN, DUPLICATE, COOLDOWN, IN_CAMPAIGN, HOLDOUT)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_the_first_gate_that_refuses_an_entry_is_the_reason(table: EntryGate, row: Row) -> None:
    table.check(row)
