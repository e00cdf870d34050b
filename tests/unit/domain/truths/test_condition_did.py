"""`did` and `did_not`: exact counts of what the customer did."""

from tests.unit.domain.truths.table import Condition, Row

THREE = "did: {event: y, within: 3d, times: {at_least: 2, at_most: 3}}"

DID = Condition("did", [
    ("never", "did: {event: y}", "", "does not hold"),
    ("once is the default", "did: {event: y}", "-300d y", "holds"),
    ("another type", "did: {event: y}", "-1d z", "does not hold"),
    ("one of several types", "did: {event: [y, z]}", "-1d z", "holds"),
    ("a matching event", "did: {event: y, match: {properties: {n: [1]}}}", "-1d y n=1", "holds"),
    ("one that does not match", "did: {event: y, match: {properties: {n: [1]}}}", "-1d y n=2", "does not hold"),
    ("any is whatever the customer does", "did: {event: any}", "-1d page.viewed", "holds"),
    ("the triggering event included", "did: {event: look}", "", "holds"),
    ("the triggering event is the eleventh", "did: {event: look, within: 7d, times: {at_least: 11}}", "-1d 10×1h z; -1d 10×1h look; 0 look", "does not hold, does not hold, does not hold, does not hold, does not hold, does not hold, does not hold, does not hold, does not hold, does not hold, holds"),
    ("exactly w ago is out", "did: {event: y, within: 3d}", "-3d y", "does not hold"),
    ("a moment later is in", "did: {event: y, within: 3d}", "-3d+1ms y", "holds"),
    ("now is in", "did: {event: y, within: 3d}", "0 y", "holds"),
    ("too few", "did: {event: y, times: {at_least: 3}}", "-2d 2×1h y", "does not hold"),
    ("enough", "did: {event: y, times: {at_least: 3}}", "-2d 3×1h y", "holds"),
    ("in between: the least", THREE, "-1d 2×1h y", "holds"),
    ("in between: the most", THREE, "-1d 3×1h y", "holds"),
    ("in between: one too many", THREE, "-1d 4×1h y", "does not hold"),
    ("one of too many is out of the window", THREE, "-3d y; -1d 3×1h y", "holds"),
    ("none at most", "did: {event: y, times: {at_least: 0, at_most: 0}}", "", "holds"),
    ("a hundred", "did: {event: y, times: {at_least: 100}}", "-10d 100×1h y", "holds"),
    ("ninety-nine", "did: {event: y, times: {at_least: 100}}", "-10d 99×1h y", "does not hold"),
    ("an event heard twice counts once", "did: {event: y, times: {at_least: 2}}", "-1d y id=a; -1d y id=a", "does not hold"),
    ("heard again much later", "did: {event: y, times: {at_least: 2}}", "-2d y id=a; -2d y id=a late=1d", "does not hold"),
    ("two of one instant are two", "did: {event: y, times: {at_least: 2}}", "-1d y id=a; -1d y id=b", "holds"),
    ("a late one counts at its own time", "did: {event: y, within: 3d}", "-4d y late=3d", "does not hold"),
    ("a late one within", "did: {event: y, within: 3d}", "-2d y late=1d", "holds"),
    ("now is the newest moment seen of the customer", "did: {event: y, within: 3d}", "-3d+1h y; 0 look; +2h look; 0 look late=3h id=late", "holds, does not hold, does not hold"),
    ("not counted so far back", "did: {event: y, within: 7d}", "-3d deploy", "unknown"),
    ("seen is seen, however short the counting", "did: {event: y, within: 7d}", "-3d deploy; -2d y", "holds"),
    ("eleven already seen are eleven", "did: {event: y, within: 7d, times: {at_least: 11}}", "-3d deploy; -2d 11×1h y", "holds"),
    ("ten seen might be eleven", "did: {event: y, within: 7d, times: {at_least: 11}}", "-3d deploy; -2d 10×1h y", "unknown"),
    ("too many already", "did: {event: y, within: 7d, times: {at_least: 0, at_most: 1}}", "-3d deploy; -2d 2×1h y", "does not hold"),
    ("not yet too many", "did: {event: y, within: 7d, times: {at_least: 0, at_most: 1}}", "-3d deploy; -2d y", "unknown"),
    ("counted for as long as the window", "did: {event: y, within: 7d}", "-7d deploy", "does not hold"),
    ("a moment short of it", "did: {event: y, within: 7d}", "-7d+1ms deploy", "unknown"),
    ("new since then: starts empty", "did: {event: y, within: 7d}", "-3d deploy; -2d joins", "does not hold"),
    ("ever starts at counting", "did: {event: y}", "-5d y; -3d deploy", "does not hold"),
    ("received later counts though dated earlier", "did: {event: y, within: 7d}", "-3d deploy; -5d y late=3d", "holds"),
    ("the archive was replayed from before the window", "did: {event: y, within: 7d}", "-3d deploy back=30d", "does not hold"),
])  # fmt: skip

DID_NOT = Condition("did_not", [
    ("never", "did_not: {event: y}", "", "holds"),
    ("once", "did_not: {event: y}", "-300d y", "does not hold"),
    ("exactly w ago is out", "did_not: {event: y, within: 3d}", "-3d y", "holds"),
    ("a moment later is in", "did_not: {event: y, within: 3d}", "-3d+1ms y", "does not hold"),
    ("less often than that", "did_not: {event: y, times: {at_least: 3}}", "-2d 2×1h y", "holds"),
    ("as often as that", "did_not: {event: y, times: {at_least: 3}}", "-2d 3×1h y", "does not hold"),
    ("the triggering event included", "did_not: {event: look}", "", "does not hold"),
    ("the triggering event does not match", "did_not: {event: look, match: {properties: {n: [1]}}}", "0 look n=2", "holds"),
    ("not counted so far back", "did_not: {event: y, within: 7d}", "-3d deploy", "unknown"),
    ("seen is seen", "did_not: {event: y, within: 7d}", "-3d deploy; -2d y", "does not hold"),
    ("counted long enough", "did_not: {event: y, within: 7d}", "-7d deploy", "holds"),
    ("new since then", "did_not: {event: y, within: 7d}", "-3d deploy; -2d joins", "holds"),
])  # fmt: skip


@DID.each
def test_a_customer_did(row: Row) -> None:
    DID.check(row)


@DID_NOT.each
def test_a_customer_did_not(row: Row) -> None:
    DID_NOT.check(row)
