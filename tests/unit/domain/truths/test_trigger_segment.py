"""`segment`: when an event or passing time brought somebody in, or out."""

from tests.unit.domain.truths.moments import moment
from tests.unit.domain.truths.table import Row, Trigger

RULES = """segments: {
  danes: {attributes: {c: [DK]}}, regulars: {did: {event: y, within: 7d}}, often: {did: {event: y, within: 7d, times: {at_least: 2}}},
  churn: [{did: {event: buys, times: {at_least: 2}}}, {did_not: {event: any, within: 60d}}],
  danish-regulars: [{segment: danes}, {segment: regulars}], vips: {tagged: vip}, busy: {in_campaign: busy},
  favourite: {interest: {category: toys, top: 1}}, keen: {interest: {category: toys, at_least: 0.5}}},
  interest: {category: {path: properties.category, half_life: 14d, events: {viewed: 1}}}"""
OTHERS = """tags: {trigger: {event: tags}, steps: [tag: vip]}, untags: {trigger: {event: untags}, steps: [untag: vip]},
  busy: {trigger: {event: begins}, steps: [wait: 2d]}"""

SEGMENT = Trigger("segment", [
    ("enters by an event", "segment: {enters: regulars}", "0 y", "0", "entered"),
    ("another event", "segment: {enters: regulars}", "0 z", "", "silent"),
    ("is in already", "segment: {enters: regulars}", "0 y; +1d y", "0", "entered"),
    ("leaves by passing time, exactly then", "segment: {leaves: regulars}", "0 y; +8d until", "+7d", "entered"),
    ("stays longer by coming again", "segment: {leaves: regulars}", "0 y; +3d y; +12d until", "+10d", "entered"),
    ("comes again at that very instant: events precede timers", "segment: {leaves: regulars}", "0 y; +7d y; +9d until", "+14d", "entered"),
    ("in and out and in", "segment: {enters: regulars}", "0 y; +9d y", "0, +9d", "entered, entered"),
    ("enters by passing time", "segment: {enters: churn}", "0 2×1h buys; +70d until", "+60d1h", "entered"),
    ("leaves by an event", "segment: {leaves: churn}", "0 2×1h buys; +70d y", "+70d", "entered"),
    ("the second time within a week", "segment: {enters: often}", "0 y; +6d y", "+6d", "entered"),
    ("the second time after a week", "segment: {enters: often}", "0 y; +7d y", "", "silent"),
    ("a late one makes it two", "segment: {enters: often}", "0 y; -1h y late=3h", "+2h", "entered"),
    ("a replay enters nothing", "segment: {enters: regulars}", "-8d y late=8d", "0", "expired"),
    ("by an attribute", "segment: {enters: danes}", "-1d put c=SE; 0 put c=DK", "0", "entered"),
    ("out by an attribute", "segment: {leaves: danes}", "-1d put c=DK; 0 put c=SE", "0", "entered"),
    ("out of nothing one never was in", "segment: {leaves: danes}", "-1d put c=FI; 0 put c=SE", "", "silent"),
    ("by a tag", "segment: {enters: vips}", "0 tags", "0", "entered"),
    ("out by an untag", "segment: {leaves: vips}", "-1d tags; 0 untags", "0", "entered"),
    ("by being under way", "segment: {enters: busy}", "0 begins", "0", "entered"),
    ("out at the end of the way", "segment: {leaves: busy}", "0 begins", "+2d", "entered"),
    ("by a segment within", "segment: {enters: danish-regulars}", "-1d put c=DK; 0 y", "0", "entered"),
    ("half of it", "segment: {enters: danish-regulars}", "-1d put c=SE; 0 y", "", "silent"),
    ("the strongest interest", "segment: {enters: favourite}", "-1d viewed category=books; 0 2×1h viewed category=toys", "0", "entered"),
    ("no longer the strongest", "segment: {leaves: favourite}", "-1d viewed category=toys; 0 2×1h viewed category=books", "0", "entered"),
    ("a new customer brings it along", "segment: {enters: danes}", "0 joins c=DK", "0", "entered"),
    ("first sight: was in before it was deployed", "segment: {enters: danes}", "-9d put c=DK; -3d deploy; -2d wakes; 0 put n=1", "", "silent"),
    ("first sight by an event", "segment: {enters: danes}", "-9d put c=DK; -3d deploy; 0 put n=1", "", "silent"),
    ("then leaves", "segment: {leaves: danes}", "-9d put c=DK; -3d deploy; 0 put c=SE", "0", "entered"),
    ("unknown, then in: first sight", "segment: {enters: regulars}", "-3d deploy; 0 y", "", "silent"),
    ("unknown, then out: first sight", "segment: {leaves: regulars}", "-3d deploy; -2d wakes; +5d until", "", "silent"),
    ("known to be out, then in", "segment: {enters: regulars}", "-3d deploy; -2d wakes; +5d y", "+5d", "entered"),
    ("seen in, then out", "segment: {leaves: regulars}", "-3d deploy; 0 y; +9d until", "+7d", "entered"),
    ("new since then starts outside", "segment: {enters: regulars}", "-3d deploy; -1d joins; 0 y", "0", "entered"),
    ("a wake-up that comes too late", "segment: {leaves: regulars}", "0 y; 0 sleeps; +8d wakes", "+8d", "expired"),
    ("not in the audience", "segment: {enters: regulars}, audience: {segment: danes}", "0 y", "0", "not_in_audience"),
    ("its own segment is an audience", "segment: {enters: regulars}, audience: {segment: regulars}", "0 y", "0", "entered"),
    ("control", "segment: {enters: regulars}, holdout: 100%", "0 y", "0", "holdout"),
], rules=RULES, beside=OTHERS)  # fmt: skip


@SEGMENT.each
def test_a_segment_starts_a_campaign(row: Row) -> None:
    SEGMENT.check(row)


def test_an_interest_that_fades_leaves_its_segment_without_any_event() -> None:
    story = SEGMENT.story("segment: {leaves: keen}").play("0 viewed category=toys; +20d until")
    (left,) = [record.time for record in story.lines if record.campaign == "hello" and record.outcome == "entered"]
    assert abs(left - moment("+14d")) < 5 * 60_000  # interest is an estimate
