"""`wait`: a span, a local time, a moment of the customer or the event, an event or its timeout."""

from tests.unit.domain.truths.table import Row, Step

MAILS = {name: f"send: {{channel: email, template: {name[-1].lower()}}}" for name in ("MAIL_A", "MAIL_B", "MAIL_C")}
PAID = "wait: {event: paid, same: properties.n, timeout: 2d}"
ELSE = "wait: {event: paid, timeout: 2d, else: [send: {channel: email, template: nudge}]}"
COPENHAGEN = "timezone=Europe/Copenhagen"

WAIT = Step("wait", [
    ("a span", "[wait: 3d, MAIL_A]", "", "", "a +3d", "finished"),
    ("days and hours", "[wait: 1d12h, MAIL_A]", "", "", "a +1d12h", "finished"),
    ("one behind the other", "[MAIL_A, wait: 1d, MAIL_B, wait: 2h, MAIL_C]", "", "", "a 0, b +1d, c +1d2h", "finished"),
    ("from when the step was due, not from when it was seen to", "[wait: 1h, MAIL_A, wait: 1d, MAIL_B]", "", "0 x; 0 sleeps; +3h wakes", "a +3h, b +1d1h", "finished"),
    ("until a time: it is now", "[wait: {until: '09:00'}, MAIL_A]", "", "", "a 0", "finished"),
    ("until a time: the next", "[wait: {until: '08:00'}, MAIL_A]", "", "", "a +23h", "finished"),
    ("until a time of today", "[wait: {until: '21:30'}, MAIL_A]", "", "", "a +12h30m", "finished"),
    ("until a time where they are", "[wait: {until: '21:00'}, MAIL_A]", "", "-1d put timezone=Asia/Tokyo; 0 x", "a +3h", "finished"),
    ("until a time that is skipped", "[wait: {until: '02:30'}, MAIL_A]", "", f"2026-03-28T11:00 put {COPENHAGEN}; 2026-03-28T12:00 x", "a 2026-03-29T01:00", "finished"),
    ("until a time that comes twice", "[wait: {until: '02:30'}, MAIL_A]", "", f"2026-10-24T11:00 put {COPENHAGEN}; 2026-10-24T12:00 x", "a 2026-10-25T00:30", "finished"),
    ("until a moment of the event", "[wait: {until: event.properties.at}, MAIL_A]", "", '0 x at="2026-06-01T15:00:00Z"', "a +6h", "finished"),
    ("until a moment of the event without a zone, which is skipped", "[wait: {until: event.properties.at}, MAIL_A]", "", f'2026-03-28T11:00 put {COPENHAGEN}; 2026-03-28T12:00 x at="2026-03-29T02:30:00"', "a 2026-03-29T01:00", "finished"),
    ("until the day before it, at eight", "[wait: {until: event.properties.at, offset: -1d, at: '08:00'}, MAIL_A]", "", '0 x at="2026-06-04T15:00:00Z"', "a 2026-06-03T08:00", "finished"),
    ("until a day of the customer", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-06-03; 0 x", "a 2026-06-03T09:00", "finished"),
    ("the day moves", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-06-03; 0 x; +1d put d=2026-06-05", "a 2026-06-05T09:00", "finished"),
    ("the day moves to before now: it was due then", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-06-05; 0 x; +1d put d=2026-06-02; +3d until", "a +1d", "finished"),
    ("their zone moves", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-06-03; 0 x; +1d put timezone=Asia/Tokyo", "a 2026-06-03T00:00", "finished"),
    ("no such moment: at once", "[wait: {until: attributes.d}, MAIL_A]", "", "", "a 0", "finished"),
    ("over long ago: the step was due then", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-05-20; 0 x", "", "expired, finished"),
    ("over a while ago", "[wait: {until: attributes.d}, MAIL_A]", "", "-1d put d=2026-06-01; +6h x", "a +6h", "finished"),
    ("an event", "[wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 x; +1h y", "a +1h", "finished"),
    ("its timeout", "[wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 x", "a +2d", "finished"),
    ("another event", "[wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 x; +1h z", "a +2d", "finished"),
    ("one that matches", "[wait: {event: y, match: {properties: {n: [1]}}, timeout: 2d}, MAIL_A]", "", "0 x; +1h y n=2; +2h y n=1", "a +2h", "finished"),
    ("at its very timeout: events precede timers", "[wait: {event: y, timeout: 2d, else: [exit]}, MAIL_A]", "", "0 x; +2d y", "a +2d", "finished"),
    ("before the wait began", "[wait: {event: y, timeout: 2d}, MAIL_A]", "", "-1h y; 0 x", "a +2d", "finished"),
    ("at the instant the wait began", "[wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 y; 0 x", "a 0", "finished"),
    ("the trigger itself is none", "[wait: {event: x, timeout: 2d}, MAIL_A]", "", "0 x", "a +2d", "finished"),
    ("late, it counts at its own time", "[wait: {event: y, timeout: 2d}, MAIL_A, wait: 5h, MAIL_B]", "", "0 x; +1h y late=2h", "a +3h, b +6h", "finished"),
    ("before the chain came there: none", "[wait: 1d, wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 x; +1h y", "a +3d", "finished"),
    ("dated behind the beginning, heard before the chain comes there", "[wait: 1d, wait: {event: y, timeout: 2d}, MAIL_A]", "", "0 x; 0 sleeps; +1d1h y; +1d2h wakes", "a +1d2h", "finished"),
    ("the first one after the beginning counts", "[wait: 1d, wait: {event: y, timeout: 2d}, MAIL_A]", "expires: 4h", "0 x; 0 sleeps; +1d1h y; +1d6h y; +1d6h wakes", "", "expired, finished"),
    ("same: this one", "[PAID, MAIL_A]", "", "0 x n=1; +1h paid n=1", "a +1h", "finished"),
    ("same: another one", "[PAID, MAIL_A]", "", "0 x n=1; +1h paid n=2", "a +2d", "finished"),
    ("same: one without a value is equal", "[PAID, MAIL_A]", "", "0 x n=1; +1h paid", "a +1h", "finished"),
    ("same: the trigger has no value", "[PAID, MAIL_A]", "", "0 x; +1h paid n=2", "a +1h", "finished"),
    ("what comes behind the timeout does not count, though nobody has looked yet", "[ELSE, wait: 1d, MAIL_A]", "", "0 x; 0 sleeps; +2d1h paid; +2d2h wakes", "nudge +2d1h, a +3d", "finished"),
    ("else, when it timed out", "[ELSE, wait: 1d, MAIL_A]", "", "0 x", "nudge +2d, a +3d", "finished"),
    ("no else, when it came", "[ELSE, wait: 1d, MAIL_A]", "", "0 x; +1h paid", "a +1d1h", "finished"),
    ("else: exit", "[wait: {event: y, timeout: 2d, else: [exit]}, MAIL_A]", "", "0 x", "", "exit"),
    ("once timed out, it is decided", "[ELSE, wait: 1d, MAIL_A]", "", "0 x; +1d paid late=1d1h", "nudge +2d, a +3d", "finished"),
    ("an exit ends it", "[wait: 3d, MAIL_A]", "exit: {event: y}", "0 x; +1d y", "", "exited"),
    ("an exit known when it begins ends it, as if it had come after", "[wait: 1d, emit: {type: late}]", "exit: {event: y}", "+1m y; 0 x late=2m", "", "exited"),
    ("control waits too", "[wait: {event: y, timeout: 2d}, MAIL_A]", "holdout: 100%", "0 x; +1h y", "", "holdout, finished"),
], known={**MAILS, "PAID": PAID, "ELSE": ELSE})  # fmt: skip


@WAIT.each
def test_a_chain_waits(row: Row) -> None:
    WAIT.check(row)
