"""`local_time`: by the clock where the customer is, now."""

from tests.unit.domain.truths.table import Condition, Row

OFFICE, NIGHT = "local_time: {from: '09:00', to: '17:00'}", "local_time: {from: '21:00', to: '08:00', days: [mon]}"
TOKYO, COPENHAGEN = "2026-01-01 joins timezone=Asia/Tokyo", "2026-01-01 joins timezone=Europe/Copenhagen"

LOCAL_TIME = Condition("local_time", [
    ("from is in", OFFICE, "2026-06-01T09:00 look", "holds"),
    ("just before", OFFICE, "2026-06-01T08:59:59 look", "does not hold"),
    ("to is out", OFFICE, "2026-06-01T17:00 look", "does not hold"),
    ("just before the end", OFFICE, "2026-06-01T16:59:59 look", "holds"),
    ("in the customer's zone", OFFICE, f"{TOKYO}; 2026-06-01T00:00 look", "holds"),
    ("not in the policy's", OFFICE, f"{TOKYO}; 2026-06-01T09:00 look", "does not hold"),
    ("a zone that is none is the policy's", OFFICE, "2026-01-01 joins timezone=Mars/Olympus; 2026-06-01T09:00 look", "holds"),
    ("over midnight, before it", NIGHT, "2026-06-01T21:00 look", "holds"),
    ("over midnight the day is that of from", NIGHT, "2026-06-02T07:59 look", "holds"),
    ("the small hours of Monday are Sunday's", NIGHT, "2026-06-01T07:59 look", "does not hold"),
    ("its end is out", NIGHT, "2026-06-02T08:00 look", "does not hold"),
    ("another day", "local_time: {from: '09:00', to: '17:00', days: [tue, wed]}", "2026-06-01T12:00 look", "does not hold"),
    ("one of the days", "local_time: {from: '09:00', to: '17:00', days: [mon, tue]}", "2026-06-02T12:00 look", "holds"),
    ("the day there, not here", "local_time: {from: '00:00', to: '12:00', days: [tue]}", f"{TOKYO}; 2026-06-01T20:00 look", "holds"),
    ("in summer", OFFICE, f"{COPENHAGEN}; 2026-06-01T07:00 look", "holds"),
    ("in winter", OFFICE, f"{COPENHAGEN}; 2026-02-02T07:00 look", "does not hold"),
    ("a repeated hour, the first time", "local_time: {from: '02:00', to: '03:00'}", f"{COPENHAGEN}; 2026-10-25T00:30 look", "holds"),
    ("a repeated hour, the second time", "local_time: {from: '02:00', to: '03:00'}", f"{COPENHAGEN}; 2026-10-25T01:30 look", "holds"),
    ("a skipped hour is never", "local_time: {from: '02:00', to: '03:00'}", f"{COPENHAGEN}; 2026-03-29T01:00 look", "does not hold"),
    ("the clock on the wall, not the event's", OFFICE, "2026-06-01T08:00 look late=2h", "holds"),
    ("nor when it was in time", OFFICE, "2026-06-01T16:00 look late=2h", "does not hold"),
])  # fmt: skip


@LOCAL_TIME.each
def test_it_is_that_time_where_the_customer_is(row: Row) -> None:
    LOCAL_TIME.check(row)
