"""`choose`: the first branch that holds; after it the chain goes on."""

from tests.unit.domain.truths.table import Row, Step

DANES = "{when: {attributes: {c: [DK]}}, send: {channel: email, template: dav}}"
SWEDES = "{when: {attributes: {c: [SE]}}, send: {channel: email, template: hej}}"
ELSE = "{send: {channel: email, template: hello}}"
AFTER = "wait: 1d, send: {channel: email, template: after}"
TAGGED = "external: drop, audience: {tagged: t}, beside: {tags: {trigger: {event: tagme}, steps: [tag: t]}}"
COUNTS = "{when: {did: {event: y, within: 7d}}, send: {channel: email, template: did}}"

LONG = "https://nordlys.example/" + "toys/" * 80
BY_LIST = "{when: {event: {properties: {items: {p: [lamp], n: [1]}}}}, send: {channel: email, template: lamp}}"
BY_LONG = "{when: {event: {properties: {u: [{prefix: https}]}}}, send: {channel: email, template: link}}"

CHOOSE = Step("choose", [
    ("the branch that holds", "[choose: [SWEDES, DANES]]", "", "-1d put c=DK; 0 x", "dav 0", "finished"),
    ("the first of those that hold", "[choose: [DANES, DANES, ELSE]]", "", "-1d put c=DK; 0 x", "dav 0", "finished"),
    ("the one without when", "[choose: [SWEDES, DANES, ELSE]]", "", "0 x", "hello 0", "finished"),
    ("none holds", "[choose: [SWEDES, DANES]]", "", "0 x", "", "finished"),
    ("the chain goes on behind it", "[choose: [SWEDES, DANES], AFTER]", "", "-1d put c=DK; 0 x", "dav 0, after +1d", "finished"),
    ("and where none holds", "[choose: [SWEDES, DANES], AFTER]", "", "0 x", "after +1d", "finished"),
    ("a branch of several steps", "[choose: [{when: {attributes: {c: [DK]}}, steps: [wait: 2h, send: {channel: email, template: a}]}, ELSE], AFTER]", "", "-1d put c=DK; 0 x", "a +2h, after +1d2h", "finished"),
    ("as it is when the chain comes there", "[wait: 1d, choose: [DANES, ELSE]]", "", "0 x; +1h put c=DK", "dav +1d", "finished"),
    ("decided once, whatever comes later", "[choose: [DANES, ELSE], AFTER]", "", "0 x; +1h put c=DK", "hello 0, after +1d", "finished"),
    ("by the event", "[wait: 1d, choose: [{when: {event: {properties: {n: [1]}}}, send: {channel: email, template: one}}, ELSE]]", "", "0 x n=1", "one +1d", "finished"),
    ("by a path with dots", "[wait: 1d, choose: [{when: {event: {properties.n: [1]}}, send: {channel: email, template: one}}, ELSE]]", "", "0 x n=1", "one +1d", "finished"),
    ("by a name with a dot in it", "[wait: 1d, choose: [{when: {event: {properties: {n.m: [1]}}}, send: {channel: email, template: one}}, ELSE]]", "", "0 x n.m=1", "one +1d", "finished"),
    ("by a long text of the event", "[wait: 1d, choose: [BY_LONG, ELSE]]", "", f"0 x u={LONG}", "link +1d", "finished"),
    ("by a list of the event", "[wait: 1d, choose: [BY_LIST, ELSE]]", "", '0 x items=[{"p":"kite","n":2,"more":[1]},{"p":"lamp","n":1}]', "lamp +1d", "finished"),
    ("both of one element", "[wait: 1d, choose: [BY_LIST, ELSE]]", "", '0 x items=[{"p":"kite","n":1},{"p":"lamp","n":2}]', "hello +1d", "finished"),
    ("by a count", "[wait: 1d, choose: [COUNTS, ELSE]]", "", "0 x; +1h y", "did +1d", "finished"),
    ("a count that has left its window as time passed", "[wait: 1d, choose: [COUNTS, ELSE]]", "", "-6d-1h y; 0 x; +7d until", "hello +1d", "finished"),
    ("a count that has left its window during the second of two waits that were over", "[wait: 1d, wait: 10d, choose: [COUNTS, ELSE]]", "expires: 5d", "0 y; 0 x; 0 sleeps; +12d wakes", "hello +12d", "finished"),
    ("a count that has left its window when an event of nobody comes", "[choose: [COUNTS, ELSE]]", TAGGED, "0 y; 0 tagme; +30d external drop", "hello +30d", "finished"),
    ("a count that has left its window when a schedule comes", "[choose: [COUNTS, ELSE]]", TAGGED.replace("external: drop", "schedule: 'at(2026-06-20T09:00:00)'"), "0 y; 0 tagme; +30d until", "hello +19d", "finished"),
    ("unknown is no branch that holds", "[choose: [COUNTS, ELSE]]", "", "-3d deploy; 0 x", "hello 0", "finished"),
    ("unknown under not neither", "[choose: [{when: {not: {did: {event: y, within: 7d}}}, send: {channel: email, template: not}}, ELSE]]", "", "-3d deploy; 0 x", "hello 0", "finished"),
    ("one within another", "[choose: [{when: {attributes: {c: [DK]}}, choose: [{when: {attributes: {n: [1]}}, send: {channel: email, template: one}}, ELSE]}], AFTER]", "", "-1d put c=DK n=1; 0 x", "one 0, after +1d", "finished"),
    ("by the clock there", "[choose: [{when: {local_time: {from: '09:00', to: '10:00'}}, send: {channel: email, template: nine}}, ELSE]]", "", "0 x", "nine 0", "finished"),
    ("an exit in a branch", "[choose: [{when: {attributes: {c: [DK]}}, exit: }], AFTER]", "", "-1d put c=DK; 0 x", "", "exit"),
    ("control chooses too", "[choose: [DANES, {tag: foreign}], wait: 1h, send: {channel: email, template: a}]", "holdout: 100%", "-1d put c=DK; 0 x", "", "holdout, holdout, finished"),
], known={"AFTER": AFTER, "BY_LIST": BY_LIST, "BY_LONG": BY_LONG, "COUNTS": COUNTS, "ELSE": ELSE, "DANES": DANES, "SWEDES": SWEDES})  # fmt: skip


@CHOOSE.each
def test_a_chain_chooses(row: Row) -> None:
    CHOOSE.check(row)
