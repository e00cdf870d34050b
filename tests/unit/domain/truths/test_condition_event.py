"""`event`: a pattern on the triggering event."""

from tests.unit.domain.truths.table import Condition, Row

EVENT = Condition("event", [
    ("a property", "event: {properties: {n: [1]}}", "0 look n=1", "holds"),
    ("another value", "event: {properties: {n: [1]}}", "0 look n=2", "does not hold"),
    ("missing", "event: {properties: {n: [1]}}", "0 look", "does not hold"),
    ("missing matches exists: false", "event: {properties: {n: [{exists: false}]}}", "0 look", "holds"),
    ("a range", "event: {properties: {n: [{numeric: ['>', 0, '<=', 5]}]}}", "0 look n=5", "holds"),
    ("out of the range", "event: {properties: {n: [{numeric: ['>', 0, '<=', 5]}]}}", "0 look n=0", "does not hold"),
    ("null is a value", "event: {properties: {n: [null]}}", "0 look n=null", "holds"),
    ("its type", "event: {type: [look]}", "0 look", "holds"),
    ("its source", "event: {source: [shop]}", "0 look", "holds"),
    ("another source", "event: {source: [till]}", "0 look", "does not hold"),
    ("it is the trigger that counts, not what came before", "event: {properties: {n: [1]}}", "-1d look n=1; 0 look n=2", "holds, does not hold"),
    ("in any element of a list", "event: {properties: {items: {p: [lamp]}}}", '0 look items=[{"p":"kite"},{"p":"lamp"}]', "holds"),
    ("both of one element", "event: {properties: {items: {p: [lamp], n: [1]}}}", '0 look items=[{"p":"kite","n":1},{"p":"lamp","n":2}]', "does not hold"),
    ("as the customer's attribute says", "event: {properties: {tier: ['{{ attributes.tier }}']}}", "-1d put tier=gold; 0 look tier=gold", "holds"),
    ("anything but what the customer's attribute says", "event: {properties: {tier: [{anything-but: ['{{ attributes.tier }}']}]}}", "-1d put tier=gold; 0 look tier=silver; +1m look tier=gold", "holds, does not hold"),
    ("anything but what the customer has none of", "event: {properties: {tier: [{anything-but: ['{{ attributes.tier }}']}]}}", "0 look tier=silver", "does not hold"),
    ("a field that is called ref", "event: {properties: {ref: [mail]}}", "0 look ref=mail; +1m look ref=web", "holds, does not hold"),
    ("fields that are called ref and parts within others", "event: {properties: {a: {ref: [1]}, b: {parts: ['{{ attributes.n }}']}}}", '-1d put n=2; 0 look a={"ref":1} b={"parts":2}; +1m look a={"ref":1} b={"parts":1}', "holds, does not hold"),
    ("called ref, with an operator", "event: {properties: {ref: [{prefix: m}], parts: {ref: [1]}}}", '0 look ref=mail parts={"ref":1}', "holds"),
    ("a reference in $or", "event: {properties: {$or: [{tier: ['{{ attributes.tier }}']}, {n: [{anything-but: ['{{ attributes.tier }}']}]}]}}", "0 look n=1; +1m put tier=gold; +1m look n=gold; +2m look tier=gold", "does not hold, does not hold, holds"),
    ("a reference in $or that leads nowhere", "event: {properties: {$or: [{tier: ['{{ attributes.tier }}']}, {n: [1]}]}}", "0 look n=1", "holds"),
    ("a path with dots", "event: {properties.n: [1]}", "0 look n=1; +1m look n=2", "holds, does not hold"),
    ("the customer has none", "event: {properties: {tier: ['{{ attributes.tier }}']}}", "0 look tier=gold", "does not hold"),
])  # fmt: skip


@EVENT.each
def test_the_triggering_event_matches(row: Row) -> None:
    EVENT.check(row)
