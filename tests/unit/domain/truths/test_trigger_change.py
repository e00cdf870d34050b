"""`change`: when the merged value of an attribute, the score or the grade begins to match."""

from tests.unit.domain.truths.table import Row, Trigger

RULES = """
  scoring: [{event: paper, points: 20, within: 90d}],
  grades: [{grade: A, when: {attributes: {employees: [{numeric: ['>=', 50]}]}}}, {grade: B, when: {attributes: {employees: [{exists: true}]}}}]"""
SETS = "sets: {trigger: {event: sets}, steps: [set: {tier: '{{ event.properties.tier }}'}]}, adds: {trigger: {event: adds}, steps: [score: 50]}"
GOLD = "change: attributes.tier, to: [gold]"

CHANGE = Trigger("change", [
    ("it begins to match", "GOLD", "-1d put tier=silver; 0 put tier=gold", "0", "entered"),
    ("it does not", "GOLD", "-1d put tier=silver; 0 put tier=bronze", "", "silent"),
    ("it matched already", "GOLD", "-1d put tier=gold; 0 put tier=gold", "-1d", "entered"),
    ("from one match to another", "change: attributes.tier, to: [gold, platinum]", "-1d put tier=gold; 0 put tier=platinum", "-1d", "entered"),
    ("from nothing known", "GOLD", "0 put tier=gold", "0", "entered"),
    ("a new customer brings it along", "GOLD", "0 joins tier=gold", "0", "entered"),
    ("left and come back", "GOLD", "-2d put tier=gold; -1d put tier=silver; 0 put tier=gold", "-2d, 0", "entered, entered"),
    ("another attribute", "GOLD", "0 put c=DK", "", "silent"),
    ("behind a source that goes before", "GOLD", "-1d put tier=silver; 0 answers tier=gold", "", "silent"),
    ("that source takes it back", "GOLD", "-2d put tier=silver; -1d answers tier=gold; 0 put tier=null", "0", "entered"),
    ("a late older value is none", "GOLD", "-1d put tier=silver; -2d put tier=gold late=2d", "", "silent"),
    ("set by a step", "GOLD", "0 sets tier=gold", "0", "entered"),
    ("from silver to gold", "change: attributes.tier, from: [silver], to: [gold]", "-1d put tier=silver; 0 put tier=gold", "0", "entered"),
    ("from bronze to gold", "change: attributes.tier, from: [silver], to: [gold]", "-1d put tier=bronze; 0 put tier=gold", "", "silent"),
    ("by way of silver", "change: attributes.tier, from: [silver], to: [gold]", "-2d put tier=bronze; -1d put tier=silver; 0 put tier=gold", "0", "entered"),
    ("from gold to whatever else", "change: attributes.tier, from: [gold]", "-1d put tier=gold; 0 put tier=silver", "0", "entered"),
    ("from whatever else", "change: attributes.tier, from: [gold]", "-1d put tier=silver; 0 put tier=bronze", "", "silent"),
    ("it goes", "change: attributes.tier, to: [{exists: false}]", "-1d put tier=gold; 0 put tier=null", "0", "entered"),
    ("any change", "change: attributes.tier", "-1d put tier=gold; 0 put tier=silver", "-1d, 0", "entered, entered"),
    ("the same again is no change", "change: attributes.tier", "-1d put tier=gold; 0 put tier=gold", "-1d", "entered"),
    ("up to a threshold", "change: attributes.n, at_least: 100", "-1d put n=99; 0 put n=100", "0", "entered"),
    ("not up to it", "change: attributes.n, at_least: 100", "-1d put n=9; 0 put n=99", "", "silent"),
    ("already above it", "change: attributes.n, at_least: 100", "-1d put n=100; 0 put n=200", "-1d", "entered"),
    ("down to a threshold", "change: attributes.n, at_most: 0", "-1d put n=5; 0 put n=0", "0", "entered"),
    ("no number is beyond any threshold", "change: attributes.n, at_least: 1", "0 put n=many", "", "silent"),
    ("into a range", "change: attributes.n, at_least: 5, at_most: 9", "-1d put n=10; 0 put n=9", "0", "entered"),
    ("the score, by an event", "change: score, at_least: 40", "-1d paper; 0 paper", "0", "entered"),
    ("the score, by a step", "change: score, at_least: 40", "0 adds", "0", "entered"),
    ("the score, by passing time", "change: score, at_most: 0", "0 paper; +100d until", "+90d", "entered"),
    ("the score of somebody new is 0 and stays it", "change: score, at_most: 0", "0 joins; +1d y", "", "silent"),
    ("the grade", "change: grade, to: [A]", "-1d put employees=5; 0 put employees=50", "0", "entered"),
    ("another grade", "change: grade, to: [A]", "0 put employees=5", "", "silent"),
    ("from no grade", "change: grade, to: [A, B]", "0 put employees=5", "0", "entered"),
    ("first sight: it was so before it was deployed", "GOLD", "-9d put tier=gold; -3d deploy; -2d wakes; 0 put c=DK", "", "silent"),
    ("first sight by an event", "GOLD", "-9d put tier=gold; -3d deploy; 0 put tier=gold", "", "silent"),
    ("the first change after it was deployed", "GOLD", "-9d put tier=silver; -3d deploy; 0 put tier=gold", "0", "entered"),
    ("a score that becomes known is no change", "change: score, at_least: 20", "-3d deploy; -1d paper", "", "silent"),
    ("a score that was known", "change: score, at_least: 20", "-91d deploy; -1d wakes; 0 paper", "0", "entered"),
    ("new since then starts at 0", "change: score, at_least: 20", "-3d deploy; -2d joins; 0 paper", "0", "entered"),
    ("control", "change: attributes.tier, to: [gold], holdout: 100%", "0 put tier=gold", "0", "holdout"),
], rules=RULES, beside=SETS, known={"GOLD": GOLD})  # fmt: skip


@CHANGE.each
def test_a_change_starts_a_campaign(row: Row) -> None:
    CHANGE.check(row)
