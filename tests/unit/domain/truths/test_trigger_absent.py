"""Inaction: `absent`, so long after the last matching event, or at a moment, unless what was hoped for came."""

from tests.unit.domain.truths.table import Row, Trigger

FULL = "match: {properties: {total: [{numeric: ['>', 0]}]}}"
ONE = f"event: cart, {FULL}, absent: {{event: order, for: 1h}}"
SAME = f"event: cart, {FULL}, absent: {{event: order, for: 1h, same: properties.c}}"
KEYED = SAME + ", key: '{{ event.properties.c }}'"
LONG = "https://nordlys.example/" + "toys/" * 80
NO_SHOW = "event: booked, absent: {event: attended, same: properties.b, until: event.properties.at"

OPENED = "event: message.sent, absent: {event: message.opened, same: properties.message_id, for: 1h}"

ABSENT = Trigger("absent", [
    ("so long after it", "ONE", "0 cart total=5", "+1h", "entered"),
    ("nothing happened", "ONE", "0 z", "", "silent"),
    ("it does not match", "ONE", "0 cart total=0", "", "silent"),
    ("after the last of several", "ONE", "0 cart total=5; +40m cart total=6", "+1h40m", "entered"),
    ("the absent event came", "ONE", "0 cart total=5; +30m order", "", "silent"),
    ("at that very instant", "ONE", "0 cart total=5; 0 order", "", "silent"),
    ("just before it", "ONE", "0 cart total=5; -1ms order late=1m", "+1h", "entered"),
    ("at the instant it is due: events precede timers", "ONE", "0 cart total=5; +1h order", "", "silent"),
    ("a moment too late", "ONE", "0 cart total=5; +1h+1ms order", "+1h", "entered"),
    ("heard of before the cart itself", "ONE", "+1m order; 0 cart total=5 late=2m", "", "silent"),
    ("late, but before it is due", "ONE", "0 cart total=5; +10m order late=45m", "", "silent"),
    ("too late for a decision that was taken", "ONE", "0 cart total=5; +10m order late=55m", "+1h", "entered"),
    ("only one that matches is meant", "event: cart, absent: {event: order, match: {properties: {paid: [true]}}, for: 1h}", "0 cart; +1m order paid=false", "+1h", "entered"),
    ("emptied: disarmed", "ONE", "0 cart total=5; +1m cart total=0", "", "silent"),
    ("emptied and filled again", "ONE", "0 cart total=5; +1m cart total=0; +2m cart total=1", "+1h2m", "entered"),
    ("emptied before, heard of later", "ONE", "0 cart total=5; -1m cart total=0 late=10m", "+1h", "entered"),
    ("emptied after, heard of late", "ONE", "0 cart total=5; +10m cart total=0 late=40m", "", "silent"),
    ("an older one heard of later moves nothing", "ONE", "0 cart total=5; -30m cart total=5 late=40m", "+1h", "entered"),
    ("heard twice", "ONE", "0 cart total=5 id=a; 0 cart total=5 id=a late=30m", "+1h", "entered"),
    ("the cart itself is heard of late", "ONE", "0 cart total=5 late=2h", "+2h", "entered"),
    ("fires once, and the next match arms it again", "ONE", "0 cart total=5; +2h cart total=5", "+1h, +3h", "entered, entered"),
    ("disarmed after it fired changes nothing", "ONE", "0 cart total=5; +2h cart total=0", "+1h", "entered"),
    ("same: this cart was ordered", "SAME", "0 cart total=5 c=1; +1m order c=1", "", "silent"),
    ("same: another cart was ordered", "SAME", "0 cart total=5 c=1; +1m order c=2", "+1h", "entered"),
    ("same: an order without a cart is of any", "SAME", "0 cart total=5 c=1; +1m order", "", "silent"),
    ("same: null is missing too", "SAME", "0 cart total=5 c=1; +1m order c=null", "", "silent"),
    ("same: a cart without a name is met by any order", "SAME", "0 cart total=5; +1m order c=9", "", "silent"),
    ("same: each value for itself", "KEYED", "0 cart total=5 c=1; +10m cart total=5 c=2", "+1h, +1h10m", "entered, entered"),
    ("same: one of two ordered", "KEYED", "0 cart total=5 c=1; +10m cart total=5 c=2; +20m order c=1", "+1h10m", "entered"),
    ("same: another one emptied", "SAME", "0 cart total=5 c=1; +1m cart total=0 c=2", "+1h", "entered"),
    ("same: this one emptied", "SAME", "0 cart total=5 c=1; +1m cart total=0 c=1", "", "silent"),
    ("same: emptied without saying which is any of them", "KEYED", "0 cart total=5 c=1; +10m cart total=5 c=2; +20m cart total=0", "", "silent"),
    ("same: but not what is filled after it", "KEYED", "0 cart total=5 c=1; +20m cart total=0; +30m cart total=5 c=2", "+1h30m", "entered"),
    ("same: heard of before the cart itself", "SAME", "+1m cart total=0; 0 cart total=5 c=1 late=2m", "", "silent"),
    ("same: a cart without a name is emptied by any", "SAME", "0 cart total=5; +1m cart total=0 c=9", "", "silent"),
    ("same: also if that is heard of first", "SAME", "+1m cart total=0 c=9; +2m cart total=0 c=8; 0 cart total=5 late=3m", "", "silent"),
    ("same: equal numbers are equal however they are written", "SAME", "0 cart total=5 c=1; +1m order c=1.0", "", "silent"),
    ("what its own messages tell arms nothing", "OPENED", "0 message.sent campaign=hello", "", "silent"),
    ("what others' messages tell does", "OPENED", "0 message.sent campaign=other", "+1h", "entered"),
    ("the key is used up", "KEYED", "0 cart total=5 c=1; +2h cart total=5 c=1", "+1h, +3h", "entered, duplicate"),
    ("a wake-up that comes too late", "SAME, expires: 6h", "0 cart total=5; 0 sleeps; +7h wakes", "+7h", "expired"),
    ("a wake-up that comes late", "SAME, expires: 6h", "0 cart total=5; 0 sleeps; +6h59m wakes", "+6h59m", "entered"),
    ("until a moment", "NO_SHOW}", '0 booked b=1 at="2026-06-03T18:00:00Z"', "2026-06-03T18:00", "entered"),
    ("until the day after, at ten", "NO_SHOW, offset: 1d, at: '10:00'}", '0 booked b=1 at="2026-06-03T18:00:00Z"', "2026-06-04T10:00", "entered"),
    ("until a date", "NO_SHOW}", "0 booked b=1 at=2026-06-03", "2026-06-03T09:00", "entered"),
    ("it came before", "NO_SHOW}", '0 booked b=1 at="2026-06-03T18:00:00Z"; +1d attended b=1', "", "silent"),
    ("another one came", "NO_SHOW}", '0 booked b=1 at="2026-06-03T18:00:00Z"; +1d attended b=2', "2026-06-03T18:00", "entered"),
    ("no moment is never", "NO_SHOW}", "0 booked b=1", "", "silent"),
    ("an order of the exit, before it is due: enters all the same", "SAME, exit: {event: order}", "0 cart total=5 c=1; +1m order c=2", "+1h", "entered"),
    ("the audience may ask for a long text of the event", "ONE, audience: {event: {properties: {u: [{suffix: toys/}]}}}", f"0 cart total=5 u={LONG}", "+1h", "entered"),
    ("deployed after the cart", "ONE", "-10m cart total=5; 0 deploy", "", "silent"),
], known={"OPENED": OPENED, "NO_SHOW": NO_SHOW, "KEYED": KEYED, "SAME": SAME, "ONE": ONE})  # fmt: skip


@ABSENT.each
def test_what_did_not_happen_starts_a_campaign(row: Row) -> None:
    ABSENT.check(row)


def test_the_newest_twenty_values_are_waited_for() -> None:
    carts = "; ".join(f"+{n}m cart total=5 c={n}" for n in range(21))
    due = ", ".join(f"+1h{n}m" for n in range(1, 21))
    ABSENT.check(("", "KEYED, cooldown: 1m", f"{carts}", due, ", ".join(["entered"] * 20)))
