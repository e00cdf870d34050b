"""Inactivity: `inactive`, so long after the last sign of life, once per lapse."""

from tests.unit.domain.truths.table import Row, Trigger

INACTIVE = Trigger("inactive", [
    ("after first sight", "inactive: 60d", "0 joins; +70d until", "+60d", "entered"),
    ("after the last event", "inactive: 60d", "0 joins; +10d y; +80d until", "+70d", "entered"),
    ("a moment before", "inactive: 60d", "0 joins; +10d y; +62d 2×1h y", "", "silent"),
    ("at the very instant somebody comes: events precede timers", "inactive: 60d", "0 joins; +60d y", "", "silent"),
    ("once per lapse", "inactive: 60d", "0 joins; +400d until", "+60d", "entered"),
    ("the next event begins a new one", "inactive: 60d", "0 joins; +70d y; +140d until", "+60d, +130d", "entered, entered"),
    ("whoever comes every month never lapses", "inactive: 60d", "0 joins; +30d 12×30d y", "", "silent"),
    ("of these types", "inactive: 60d, of: [buys]", "0 joins; +10d buys; +50d y; +80d until", "+70d", "entered"),
    ("of one of several types", "inactive: 60d, of: [buys, y]", "0 joins; +10d buys; +50d y; +80d until", "", "silent"),
    ("of these, never: since first sight", "inactive: 60d, of: buys", "0 joins; +50d y; +80d until", "+60d", "entered"),
    ("what Kairos does is no sign of life", "inactive: 60d", "0 joins; +50d message.sent campaign=other; +70d until", "+60d", "entered"),
    ("nor is what the shop tells", "inactive: 60d", "0 joins; +50d put c=DK; +70d until", "+60d", "entered"),
    ("of Kairos's own, if they are named", "inactive: 60d, of: [message.opened]", "0 joins; +50d message.opened campaign=other; +80d until", "", "silent"),
    ("a late event counts at its own time", "inactive: 60d", "0 joins; +10d y late=40d; +80d until", "+70d", "entered"),
    ("an older event heard of later moves nothing", "inactive: 60d", "0 joins; +30d y; +10d y late=40d; +95d until", "+90d", "entered"),
    ("a wake-up that comes too late", "inactive: 60d", "0 joins; 0 sleeps; +61d wakes", "+61d", "expired"),
    ("on a running shop: nobody on the first day", "inactive: 60d", "-300d joins; 0 deploy; +1h wakes; +30d until", "", "silent"),
    ("whoever was away for long is as away as one is counted", "inactive: 60d", "-300d joins; 0 deploy; +1h wakes; +70d until", "+60d", "entered"),
    ("who comes after the deployment", "inactive: 60d", "-300d joins; 0 deploy; +1h wakes; +10d y; +80d until", "+70d", "entered"),
    ("new since then", "inactive: 60d", "0 deploy; +10d joins; +80d until", "+70d", "entered"),
    ("who is held out lapses too", "inactive: 60d, holdout: 100%", "0 joins; +70d until", "+60d", "holdout"),
    ("a lapse is a key of its own", "inactive: 60d, cooldown: 100d", "0 joins; +70d y; +140d until", "+60d, +130d", "entered, cooldown"),
])  # fmt: skip


@INACTIVE.each
def test_a_lapse_starts_a_campaign(row: Row) -> None:
    INACTIVE.check(row)
