"""`tagged`, `segment` and `in_campaign`: what a customer belongs to."""

from tests.unit.domain.truths.table import Condition, Row

TAGGING = """tags: {trigger: {event: tags}, steps: [tag: vip]}, untags: {trigger: {event: untags}, steps: [untag: vip]},
  others: {trigger: {event: others}, steps: [tag: driver]}"""

TAGGED = Condition("tagged", [
    ("never tagged", "tagged: [vip]", "", "does not hold"),
    ("tagged", "tagged: [vip]", "-1d tags", "holds"),
    ("any of several", "tagged: [driver, vip]", "-1d tags", "holds"),
    ("another tag", "tagged: [driver]", "-1d tags", "does not hold"),
    ("for good", "tagged: [vip]", "-900d tags", "holds"),
    ("untagged", "tagged: [vip]", "-2d tags; -1d untags", "does not hold"),
    ("tagged again", "tagged: [vip]", "-3d tags; -2d untags; -1d tags", "holds"),
    ("one untagged, one kept", "tagged: [vip, driver]", "-3d tags; -3d others; -2d untags", "holds"),
    ("one tag needs no list", "tagged: vip", "-1d tags", "holds"),
], beside=TAGGING)  # fmt: skip

SEGMENTS = """segments: {
  churn: [{did: {event: buys, times: {at_least: 2}}}, {did_not: {event: any, within: 60d}}],
  danes: {attributes: {c: [DK]}}, danish-churn: [{segment: danes}, {segment: churn}], regulars: {did: {event: y, within: 7d}}}"""

SEGMENT = Condition("segment", [
    ("meets it", "segment: danes", "-1d put c=DK", "holds"),
    ("does not meet it", "segment: danes", "-1d put c=SE", "does not hold"),
    ("no longer", "segment: danes", "-2d put c=DK; -1d put c=SE", "does not hold"),
    ("a bare list is all of it", "segment: regulars", "-1d y", "holds"),
    ("one of two parts", "segment: churn", "-70d buys", "does not hold"),
    ("the trigger is an event too", "segment: churn", "-70d 2×1h buys", "does not hold"),
    ("segments within segments", "segment: danish-churn", "-70d 2×1h buys; -70d put c=DK", "does not hold"),
    ("out of it by passing time alone", "segment: regulars", "-7d y", "does not hold"),
    ("just in time", "segment: regulars", "-7d+1ms y", "holds"),
    ("not counted so far back", "segment: regulars", "-3d deploy", "unknown"),
    ("unknown also under not", "not: {segment: regulars}", "-3d deploy", "unknown"),
    ("seen is seen", "segment: regulars", "-3d deploy; -1d y", "holds"),
    ("new since then", "not: {segment: regulars}", "-3d deploy; -1d joins", "holds"),
], rules=SEGMENTS)  # fmt: skip

OTHER = """other: {trigger: {event: y}, exit: {event: z}, key: '{{ event.properties.k }}', steps: [wait: 1d]},
  control: {trigger: {event: c}, holdout: 100%, steps: [wait: 1d]}"""

IN_CAMPAIGN = Condition("in_campaign", [
    ("never", "in_campaign: other", "", "does not hold"),
    ("under way", "in_campaign: other", "-1h y", "holds"),
    ("another campaign", "in_campaign: control", "-1h y", "does not hold"),
    ("finished", "in_campaign: other", "-2d y", "does not hold"),
    ("at the very instant events precede timers", "in_campaign: other", "-1d y", "holds"),
    ("left", "in_campaign: other", "-2h y; -1h z", "does not hold"),
    ("one of two keys left", "in_campaign: other", "-1d-1h y k=1; -1h y k=2", "holds"),
    ("held out is under way", "in_campaign: control", "-1h c", "holds"),
    ("itself, under way", "in_campaign: hello", "", "does not hold"),
], beside=OTHER)  # fmt: skip


@TAGGED.each
def test_a_customer_is_tagged(row: Row) -> None:
    TAGGED.check(row)


@SEGMENT.each
def test_a_customer_is_in_a_segment(row: Row) -> None:
    SEGMENT.check(row)


@IN_CAMPAIGN.each
def test_a_customer_is_under_way_in_a_campaign(row: Row) -> None:
    IN_CAMPAIGN.check(row)
