"""`score` and `grade`: what a customer did in points, and how well they fit."""

from tests.unit.domain.truths.table import Condition, Row

RULES = """
  scoring: [
    {event: paper, points: 20, within: 90d, at_most: 3},
    {event: book, points: 10, within: 90d},
    {event: talk, match: {properties: {kind: [sales]}}, points: 5},
    {event: complaint, points: -30}],
  grades: [
    {grade: A, when: {attributes: {employees: [{numeric: ['>=', 50]}]}}},
    {grade: B, when: {attributes: {employees: [{numeric: ['>=', 10]}]}}},
    {grade: C, when: {attributes: {company: [{exists: true}]}}}]"""
PLUS = "plus: {trigger: {event: plus}, key: '{{ event.id }}', steps: [score: 7]}, minus: {trigger: {event: minus}, key: '{{ event.id }}', steps: [score: -7]}"

SCORE = Condition("score", [
    ("nothing done is 0", "score: {at_least: 1}", "", "does not hold"),
    ("0 is at most 0", "score: {at_most: 0}", "", "holds"),
    ("exactly at_least", "score: {at_least: 20}", "-1d paper", "holds"),
    ("one short of it", "score: {at_least: 21}", "-1d paper", "does not hold"),
    ("exactly at_most", "score: {at_most: 20}", "-1d paper", "holds"),
    ("above at_most", "score: {at_most: 19}", "-1d paper", "does not hold"),
    ("between the two", "score: {at_least: 25, at_most: 35}", "-1d paper; -1d book", "holds"),
    ("the newest three count", "score: {at_least: 60, at_most: 60}", "-9d 5×1d paper", "holds"),
    ("the newest ten, if nothing is said", "score: {at_least: 100, at_most: 100}", "-20d 12×1d book", "holds"),
    ("exactly its window ago is out", "score: {at_least: 1}", "-90d paper", "does not hold"),
    ("a moment later is in", "score: {at_least: 20}", "-90d+1ms paper", "holds"),
    ("without a window for good", "score: {at_least: 5}", "-900d talk kind=sales", "holds"),
    ("what does not match is worth nothing", "score: {at_least: 5}", "-1d talk kind=support", "does not hold"),
    ("points may be taken away", "score: {at_most: -10}", "-1d paper; -1d complaint", "holds"),
    ("an event heard twice counts once", "score: {at_most: 20}", "-1d paper id=a; -1d paper id=a", "holds"),
    ("a step adds", "score: {at_least: 14}", "-1d 2×1h plus", "holds"),
    ("and takes away", "score: {at_most: 0}", "-1d plus; -1d minus", "holds"),
    ("the triggering event included", "score: {at_least: 20}", "-1d paper; 0 look", "holds"),
    ("not counted so far back", "score: {at_least: 20}", "-10d deploy", "unknown"),
    ("just to be reached by what is unknown", "score: {at_least: 160}", "-10d deploy", "unknown"),
    ("already reached", "score: {at_least: 20}", "-10d deploy; -1d paper", "holds"),
    ("could not be reached by what is unknown", "score: {at_least: 161}", "-10d deploy", "does not hold"),
    ("already too much", "score: {at_most: 10}", "-10d deploy; -1d paper", "does not hold"),
    ("not yet too much", "score: {at_most: 30}", "-10d deploy; -1d paper", "unknown"),
    ("counted long enough", "score: {at_most: 30}", "-90d deploy; -1d paper", "holds"),
    ("new since then: 0", "score: {at_most: 0}", "-10d deploy; -9d joins", "holds"),
], rules=RULES, beside=PLUS)  # fmt: skip

GRADE = Condition("grade", [
    ("as graded", "grade: [A]", "-1d put employees=50", "holds"),
    ("one of several", "grade: [A, B]", "-1d put employees=10", "holds"),
    ("another grade", "grade: [B]", "-1d put employees=9 company=x", "does not hold"),
    ("the first that holds", "grade: [B]", "-1d put employees=50 company=x", "does not hold"),
    ("the last one", "grade: [C]", "-1d put company=x", "holds"),
    ("no grade at all", "grade: [A, B, C]", "", "does not hold"),
    ("graded anew", "grade: [A]", "-2d put employees=50; -1d put employees=5", "does not hold"),
], rules=RULES)  # fmt: skip

GRADE_BY_DEEDS = Condition("grade", [
    ("not counted so far back", "grade: [A]", "-3d deploy", "unknown"),
    ("either of the possible ones will do", "grade: [A, B]", "-9d put company=x; -3d deploy", "holds"),
    ("none of the possible ones", "grade: [C]", "-9d put company=x; -3d deploy", "does not hold"),
    ("one of the possible ones", "grade: [B]", "-9d put company=x; -3d deploy", "unknown"),
    ("already seen", "grade: [A]", "-3d deploy; -1d y", "holds"),
], rules="""grades: [
    {grade: A, when: {did: {event: y, within: 7d}}},
    {grade: B, when: {attributes: {company: [{exists: true}]}}}, {grade: C, when: {attributes: {c: [1]}}}]""")  # fmt: skip


@SCORE.each
def test_a_customer_has_a_score(row: Row) -> None:
    SCORE.check(row)


@GRADE.each
def test_a_customer_has_a_grade(row: Row) -> None:
    GRADE.check(row)


@GRADE_BY_DEEDS.each
def test_a_grade_that_rests_on_deeds(row: Row) -> None:
    GRADE_BY_DEEDS.check(row)
