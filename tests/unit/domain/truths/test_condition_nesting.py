"""`all`, `any` and `not`: three answers, and how they join."""

import pytest

from tests.unit.domain.truths.table import Condition, Row

KNOWN = {"YES": "{attributes: {c: [DK]}}", "NO": "{attributes: {c: [SE]}}", "PERHAPS": "{did: {event: y, within: 7d}}"}
SO = "-5d joins c=DK; -3d deploy"

ALL = Condition("all", [
    ("yes and yes", "all: [YES, YES]", SO, "holds"),
    ("yes and no", "all: [YES, NO]", SO, "does not hold"),
    ("no and no", "all: [NO, NO]", SO, "does not hold"),
    ("yes and unknown", "all: [YES, PERHAPS]", SO, "unknown"),
    ("unknown and no: settled", "all: [PERHAPS, NO]", SO, "does not hold"),
    ("no and unknown: settled", "all: [NO, PERHAPS]", SO, "does not hold"),
    ("unknown twice", "all: [PERHAPS, PERHAPS]", SO, "unknown"),
    ("one alone", "all: [YES]", SO, "holds"),
    ("a bare list is all", "[YES, NO]", SO, "does not hold"),
    ("a bare list of what holds", "[YES, YES]", SO, "holds"),
    ("nested", "all: [YES, {any: [NO, {not: NO}]}]", SO, "holds"),
], known=KNOWN)  # fmt: skip

ANY = Condition("any", [
    ("yes or no", "any: [YES, NO]", SO, "holds"),
    ("no or yes", "any: [NO, YES]", SO, "holds"),
    ("no or no", "any: [NO, NO]", SO, "does not hold"),
    ("unknown or yes: settled", "any: [PERHAPS, YES]", SO, "holds"),
    ("yes or unknown: settled", "any: [YES, PERHAPS]", SO, "holds"),
    ("unknown or no", "any: [PERHAPS, NO]", SO, "unknown"),
    ("unknown twice", "any: [PERHAPS, PERHAPS]", SO, "unknown"),
    ("one alone", "any: [NO]", SO, "does not hold"),
    ("nested", "any: [NO, [YES, PERHAPS]]", SO, "unknown"),
], known=KNOWN)  # fmt: skip

NOT = Condition("not", [
    ("not yes", "not: YES", SO, "does not hold"),
    ("not no", "not: NO", SO, "holds"),
    ("not unknown", "not: PERHAPS", SO, "unknown"),
    ("twice", "not: {not: YES}", SO, "holds"),
    ("twice unknown", "not: {not: PERHAPS}", SO, "unknown"),
    ("a list in it is all", "not: [YES, NO]", SO, "holds"),
    ("neither", "not: {any: [NO, NO]}", SO, "holds"),
    ("what is unknown does not settle it", "not: [YES, PERHAPS]", SO, "unknown"),
    ("what is unknown does not matter", "not: [NO, PERHAPS]", SO, "holds"),
], known=KNOWN)  # fmt: skip

TABLES = (ALL, ANY, NOT)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_conditions_join(table: Condition, row: Row) -> None:
    table.check(row)
