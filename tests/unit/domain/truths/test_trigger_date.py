"""`date`: at a moment of the customer's attributes, in the customer's zone."""

from tests.unit.domain.truths.table import Row, Trigger

COPENHAGEN, TOKYO = "timezone=Europe/Copenhagen", "timezone=Asia/Tokyo"

DATE = Trigger("date", [
    ("a day is its morning at nine", "date: attributes.d", "0 put d=2026-06-03", "2026-06-03T09:00", "entered"),
    ("a day without hyphens is one too", "date: attributes.d", '0 put d="20260603"', "2026-06-03T09:00", "entered"),
    ("at", "date: attributes.d, at: '07:30'", "0 put d=2026-06-03", "2026-06-03T07:30", "entered"),
    ("days before", "date: attributes.d, offset: -3d", "0 put d=2026-06-06", "2026-06-03T09:00", "entered"),
    ("days after", "date: attributes.d, offset: 2d", "0 put d=2026-06-01", "2026-06-03T09:00", "entered"),
    ("hours before", "date: attributes.d, offset: -90m", "0 put d=2026-06-03", "2026-06-03T07:30", "entered"),
    ("a timestamp is itself", "date: attributes.d", '0 put d="2026-06-03T18:15:00Z"', "2026-06-03T18:15", "entered"),
    ("a timestamp with at is its local day", "date: attributes.d, at: '08:00'", f'0 put d="2026-06-03T18:15:00Z" {TOKYO}', "2026-06-03T23:00", "entered"),
    ("in the customer's zone", "date: attributes.d", f"0 put d=2026-06-03 {TOKYO}", "2026-06-03T00:00", "entered"),
    ("a skipped time is the next that exists", "date: attributes.d, at: '02:30'", f"2026-03-25 put d=2026-03-29 {COPENHAGEN}", "2026-03-29T01:00", "entered"),
    ("a repeated time counts the first time", "date: attributes.d, at: '02:30'", f"2026-10-20 put d=2026-10-25 {COPENHAGEN}", "2026-10-25T00:30", "entered"),
    ("a day is a calendar day, also when it has 23 hours", "date: attributes.d, offset: -2d", f'2026-03-25 put d="2026-03-30T08:00:00+02:00" {COPENHAGEN}', "2026-03-28T07:00", "entered"),
    ("no date", "date: attributes.d", "0 put d=soon", "", "silent"),
    ("nothing known", "date: attributes.d", "0 put c=DK", "", "silent"),
    ("long over", "date: attributes.d", "0 put d=2026-05-30", "", "silent"),
    ("just over, before it has expired", "date: attributes.d", "+2h put d=2026-06-01", "+2h", "entered"),
    ("it moves with its attribute", "date: attributes.d", "0 put d=2026-06-03; +1d put d=2026-06-05", "2026-06-05T09:00", "entered"),
    ("it is called off", "date: attributes.d", "0 put d=2026-06-03; +1d put d=null", "", "silent"),
    ("a merged value that changes nothing", "date: attributes.d", "0 put d=2026-06-03; +1d answers d=2026-06-05", "2026-06-03T09:00", "entered"),
    ("once", "date: attributes.d", "0 put d=2026-06-03; 2027-07-01 until", "2026-06-03T09:00", "entered"),
    ("put again, the same day", "date: attributes.d", "0 put d=2026-06-03; +2d+1h put d=2026-06-03", "2026-06-03T09:00", "entered"),
    ("a later day is another time", "date: attributes.d", "0 put d=2026-06-03; +3d put d=2026-06-07", "2026-06-03T09:00, 2026-06-07T09:00", "entered, entered"),
    ("they move west after it was sent", "date: attributes.d", f"0 put d=2026-06-03 {TOKYO}; +1d16h put timezone=America/New_York", "2026-06-03T00:00", "entered"),
    ("they move west before", "date: attributes.d", f"0 put d=2026-06-03 {TOKYO}; +1d put timezone=America/New_York", "2026-06-03T13:00", "entered"),
    ("they move east after a timestamp of theirs was sent", "date: attributes.d", '0 put d="2026-06-03T02:00:00Z" timezone=America/New_York; 2026-06-03T05:00 put timezone=Asia/Tokyo', "2026-06-03T02:00", "entered"),
    ("also if it was its local day", "date: attributes.d, at: '08:00'", '0 put d="2026-06-03T02:00:00Z" timezone=America/New_York; 2026-06-02T13:00 put timezone=Asia/Tokyo', "2026-06-02T12:00", "entered"),
    ("without yearly a birthday is long over", "date: attributes.d", "0 put d=1990-06-03", "", "silent"),
    ("yearly", "date: attributes.d, yearly: true", "0 put d=1990-06-03; 2028-01-01 until", "2026-06-03T09:00, 2027-06-03T09:00", "entered, entered"),
    ("yearly, before it in the year", "date: attributes.d, yearly: true, offset: -7d", "0 put d=1990-06-10", "2026-06-03T09:00", "entered"),
    ("yearly, for the first time years ahead", "date: attributes.d, yearly: true", "0 put d=2035-06-03; 2036-07-01 until", "2035-06-03T09:00, 2036-06-03T09:00", "entered, entered"),
    ("yearly, a timestamp is its local day", "date: attributes.d, yearly: true", f'0 put d="1990-06-02T22:30:00Z" {TOKYO}', "2026-06-03T00:00", "entered"),
    ("yearly, once, though they move east behind it", "date: attributes.d, yearly: true", '0 put d="1990-06-04T02:30:00Z" timezone=America/New_York; 2026-06-03T16:00 put timezone=Asia/Tokyo; 2026-08-01 until', "2026-06-03T13:00", "entered"),
    ("yearly, over the new year", "date: attributes.d, yearly: true, offset: -7d", "2026-12-20 put d=1990-01-02", "2026-12-26T09:00", "entered"),
    ("yearly, more than a year behind it, whatever else they tell", "date: attributes.d, yearly: true, offset: 370d", "2025-12-20 put d=1990-12-30; 2026-01-02 put c=DK timezone=Asia/Tokyo; 2026-02-01 until", "2026-01-04T00:00", "entered"),
    ("born on a leap day", "date: attributes.d, yearly: true", "2027-01-01 put d=1992-02-29; 2028-03-03 until", "2027-02-28T09:00, 2028-02-29T09:00", "entered, entered"),
    ("born on the day before one", "date: attributes.d, yearly: true", "2027-01-01 put d=1992-02-28; 2028-03-03 until", "2027-02-28T09:00, 2028-02-28T09:00", "entered, entered"),
    ("a wake-up that comes too late", "date: attributes.d", "0 put d=2026-06-03; 0 sleeps; 2026-06-04T09:00 wakes", "2026-06-04T09:00", "expired"),
    ("a wake-up that comes late", "date: attributes.d", "0 put d=2026-06-03; 0 sleeps; 2026-06-04T08:59 wakes", "2026-06-04T08:59", "entered"),
    ("known before it was deployed", "date: attributes.d", "-9d put d=2026-06-03; 0 deploy; +1h wakes", "2026-06-03T09:00", "entered"),
    ("long over when it was deployed", "date: attributes.d", "-9d put d=2026-05-30; 0 deploy; +1h wakes", "", "silent"),
    ("not in the audience on that day", "date: attributes.d, audience: {attributes: {c: [DK]}}", "0 put d=2026-06-03 c=DK; +1d put c=SE", "2026-06-03T09:00", "not_in_audience"),
])  # fmt: skip


@DATE.each
def test_a_day_of_the_customer_starts_a_campaign(row: Row) -> None:
    DATE.check(row)
