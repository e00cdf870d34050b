"""`schedule`: for each customer of the audience, once per local time."""

from tests.unit.domain.truths.table import Row, Trigger

OTHERS = "tags: {trigger: {event: tags}, steps: [tag: vip]}, untags: {trigger: {event: untags}, steps: [untag: vip]}"
MONDAYS = "schedule: 'cron(0 9 ? * MON *)', audience: {tagged: vip}"
ONCE = "schedule: 'at(2026-06-03T09:00:00)', audience: {tagged: vip}"
NIGHT = "schedule: 'cron(30 2 ? * SUN *)', audience: {tagged: vip}, timezone: Europe/Copenhagen"
THEIRS = "schedule: 'at(2026-06-03T09:00:00)', audience: {tagged: vip}, timezone: customer"

SCHEDULE = Trigger("schedule", [
    ("every Monday at nine", "MONDAYS", "-3d tags; +8d until", "0, +7d, +14d", "entered, entered, entered"),
    ("who is not in the audience", "MONDAYS", "-3d joins; +1d until", "", "silent"),
    ("who is no longer", "MONDAYS", "-3d tags; +1d untags; +2d until", "0", "entered"),
    ("who comes after it", "MONDAYS", "+1h tags", "+7d", "entered"),
    ("once", "ONCE", "-3d tags; +8d until", "2026-06-03T09:00", "entered"),
    ("over before they came", "ONCE", "+3d tags", "", "silent"),
    ("in the policy's zone", "ONCE, policy: {timezone: Asia/Tokyo}", "-3d tags", "2026-06-03T00:00", "entered"),
    ("in a zone that is named", "ONCE, timezone: America/New_York", "-3d tags", "2026-06-03T13:00", "entered"),
    ("whatever the customer's", "ONCE", "-3d joins timezone=Asia/Tokyo; -3d tags", "2026-06-03T09:00", "entered"),
    ("each in theirs", "THEIRS", "-3d joins timezone=Asia/Tokyo; -3d tags", "2026-06-03T00:00", "entered"),
    ("each in theirs, in the west", "THEIRS", "-3d joins timezone=Pacific/Pago_Pago; -3d tags", "2026-06-03T20:00", "entered"),
    ("each in theirs, first of all", "THEIRS", "-3d joins timezone=Pacific/Kiritimati; -3d tags", "2026-06-02T19:00", "entered"),
    ("a zone that is unknown is the policy's", "THEIRS", "-3d tags", "2026-06-03T09:00", "entered"),
    ("they move east before it comes", "THEIRS", "-3d tags; 2026-06-02T20:00 put timezone=Asia/Tokyo; +3d until", "2026-06-03T00:00", "entered"),
    ("they move west after it came", "THEIRS", "-3d joins timezone=Asia/Tokyo; -3d tags; 2026-06-03T02:00 put timezone=America/New_York; +8d until", "2026-06-03T00:00", "entered"),
    ("they leave the audience while it is waited for", "THEIRS", "-3d tags; 2026-06-03T01:00 untags; +3d until", "2026-06-03T09:00", "not_in_audience"),
    ("a skipped time is the next that exists", "NIGHT", "2026-03-25 tags; 2026-03-30 until", "2026-03-29T01:00, 2026-04-05T00:30", "entered, entered"),
    ("a repeated time counts the first time", "NIGHT", "2026-10-24 tags", "2026-10-25T00:30", "entered"),
    ("a repeated time of theirs counts the first time", "schedule: 'cron(30 2 ? * SUN *)', audience: {tagged: vip}, timezone: customer", "2026-10-20 joins timezone=Europe/Copenhagen; 2026-10-24 tags", "2026-10-25T00:30", "entered"),
    ("a skipped time of theirs and the next that exists come once", "schedule: 'cron(0,30 2,3 29 3 ? *)', audience: {tagged: vip}, timezone: customer", "2026-03-20 joins timezone=Europe/Copenhagen; 2026-03-25 tags; 2026-03-30 until", "2026-03-29T01:00, 2026-03-29T01:00, 2026-03-29T01:00, 2026-03-29T01:30", "entered, duplicate, duplicate, entered"),
    ("without an index nobody is reached", "schedule: 'cron(0 9 ? * MON *)', audience: {attributes: {c: [DK]}}", "-3d put c=DK", "", "silent"),
    ("its cooldown", "MONDAYS, cooldown: 8d", "-3d tags; +8d until", "0, +7d, +14d", "entered, cooldown, entered"),
    ("control", "ONCE, holdout: 100%", "-3d tags", "2026-06-03T09:00", "holdout"),
], beside=OTHERS, known={"MONDAYS": MONDAYS, "ONCE": ONCE, "NIGHT": NIGHT, "THEIRS": THEIRS})  # fmt: skip


@SCHEDULE.each
def test_the_calendar_reaches_an_audience(row: Row) -> None:
    SCHEDULE.check(row)
