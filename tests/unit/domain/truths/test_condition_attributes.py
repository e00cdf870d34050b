"""`attributes` and its three sources, `declared`, `backend`, `behaviour`: EventBridge patterns on what is known of somebody."""

import pytest

from tests.unit.domain.truths.table import Condition, Row

NOTE = "note: {trigger: {event: note}, topic: service, steps: [set: {c: '{{ event.properties.c }}'}]}"

ATTRIBUTES = Condition("attributes", [
    ("the value", "attributes: {c: [DK]}", "-1d put c=DK", "holds"),
    ("one of several values", "attributes: {c: [SE, DK]}", "-1d put c=DK", "holds"),
    ("another value", "attributes: {c: [SE]}", "-1d put c=DK", "does not hold"),
    ("nothing known", "attributes: {c: [DK]}", "", "does not hold"),
    ("two names, both match", "attributes: {c: [DK], n: [1]}", "-1d put c=DK n=1", "holds"),
    ("two names, one does not", "attributes: {c: [DK], n: [1]}", "-1d put c=DK n=2", "does not hold"),
    ("one equals 1.0", "attributes: {n: [1.0]}", "-1d put n=1", "holds"),
    ("a number is no text", "attributes: {n: [1]}", '-1d put n="1"', "does not hold"),
    ("NO is Norway", "attributes: {c: [NO]}", "-1d put c=NO", "holds"),
    ("missing matches exists: false", "attributes: {c: [{exists: false}]}", "", "holds"),
    ("there is one", "attributes: {c: [{exists: false}]}", "-1d put c=DK", "does not hold"),
    ("anything-but needs a value", "attributes: {c: [{anything-but: [SE]}]}", "", "does not hold"),
    ("nested", "attributes: {a: {b: [1]}}", '-1d put a={"b":1}', "holds"),
    ("a list has one of them", "attributes: {c: [DK]}", '-1d put c=["SE","DK"]', "holds"),
    ("$or", "attributes: {$or: [{c: [DK]}, {n: [1]}]}", "-1d put n=1", "holds"),
    ("removed", "attributes: {c: [DK]}", "-2d put c=DK; -1d put c=null", "does not hold"),
    ("removed is missing", "attributes: {c: [{exists: false}]}", "-2d put c=DK; -1d put c=null", "holds"),
    ("backend before declared", "attributes: {c: [DK]}", "-2d put c=DK; -1d answers c=SE", "holds"),
    ("declared before behaviour", "attributes: {c: [DK]}", "-2d answers c=DK; -1d note c=SE", "holds"),
    ("behaviour where nothing else is known", "attributes: {c: [SE]}", "-1d note c=SE", "holds"),
    ("what backend took back leaves declared", "attributes: {c: [SE]}", "-3d put c=DK; -2d answers c=SE; -1d put c=null", "holds"),
    ("within a source the newest event time wins", "attributes: {c: [DK]}", "-1d put c=DK; -2d put c=SE late=1d12h", "holds"),
    ("of two of one time the later received", "attributes: {c: [SE]}", "-1d put c=DK; -1d put c=SE", "holds"),
    ("as the event says", "attributes: {c: ['{{ event.properties.c }}']}", "-1d put c=DK; 0 look c=DK", "holds"),
    ("not as the event says", "attributes: {c: ['{{ event.properties.c }}']}", "-1d put c=DK; 0 look c=SE", "does not hold"),
    ("the event says nothing", "attributes: {c: ['{{ event.properties.c }}']}", "-1d put c=DK; 0 look", "does not hold"),
    ("any of what the event lists", "attributes: {c: ['{{ event.properties.c }}']}", '-1d put c=DK; 0 look c=["SE","DK"]', "holds"),
    ("anything but what the event says", "attributes: {c: [{anything-but: ['{{ event.properties.c }}', XX]}]}", "-1d put c=DK; 0 look c=SE; +1m look c=DK", "holds, does not hold"),
    ("a path with dots", "attributes: {a.b: [1]}", '-1d put a={"b":1}', "holds"),
    ("a name with a dot in it", "attributes: {a.b: [1]}", '-1d put a.b=1', "holds"),
    ("a path with dots equals what the event says", "attributes: {a.b: ['{{ event.properties.n }}']}", '-1d put a={"b":1}; 0 look n=1; +1m look n=2', "holds, does not hold"),
    ("named ref", "attributes: {ref: [mail]}", "-1d put ref=mail", "holds"),
    ("named ref within another", "attributes: {utm: {ref: [mail]}}", '-1d put utm={"ref":"mail"}', "holds"),
    ("an attribute equals another", "attributes: {home: ['{{ attributes.work }}']}", "-1d put home=1 work=1", "holds"),
    ("nothing is ever unknown about them", "attributes: {c: [SE]}", "-1d deploy; 0 look", "does not hold"),
    ("known from before the definition was deployed", "attributes: {c: [DK]}", "-2d put c=DK; -1d deploy", "holds"),
], beside=NOTE)  # fmt: skip

DECLARED = Condition("declared", [
    ("told by the customer", "declared: {c: [DK]}", "-1d answers c=DK", "holds"),
    ("told by the shop", "declared: {c: [DK]}", "-1d put c=DK", "does not hold"),
    ("concluded", "declared: {c: [DK]}", "-1d note c=DK", "does not hold"),
    ("whatever backend says", "declared: {c: [DK]}", "-1d answers c=DK; -1d put c=SE", "holds"),
    ("not told", "declared: {c: [{exists: false}]}", "-1d put c=DK", "holds"),
], beside=NOTE)  # fmt: skip

BACKEND = Condition("backend", [
    ("told by the shop", "backend: {c: [DK]}", "-1d put c=DK", "holds"),
    ("told by the customer", "backend: {c: [DK]}", "-1d answers c=DK", "does not hold"),
    ("concluded", "backend: {c: [DK]}", "-1d note c=DK", "does not hold"),
    ("taken back", "backend: {c: [DK]}", "-2d put c=DK; -1d put c=null", "does not hold"),
], beside=NOTE)  # fmt: skip

BEHAVIOUR = Condition("behaviour", [
    ("concluded by a campaign", "behaviour: {c: [DK]}", "-1d note c=DK", "holds"),
    ("told by the shop", "behaviour: {c: [DK]}", "-1d put c=DK", "does not hold"),
    ("told by the customer", "behaviour: {c: [DK]}", "-1d answers c=DK", "does not hold"),
    ("whatever comes first in precedence", "behaviour: {c: [DK]}", "-1d put c=SE; -1d note c=DK", "holds"),
    ("concluded anew", "behaviour: {c: [DK]}", "-2d note c=SE; -1d note c=DK", "holds"),
], beside=NOTE)  # fmt: skip

TABLES = (ATTRIBUTES, DECLARED, BACKEND, BEHAVIOUR)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_what_is_known_of_a_customer_matches(table: Condition, row: Row) -> None:
    table.check(row)
