"""`emit` and `exit`: an event out on the bus, and the end of a chain."""

import pytest

from tests.unit.domain.truths.table import Row, Step

LONG = "https://nordlys.example/" + "toys/" * 80  # 424 letters
TOLD = f'out(u="{LONG}")'

EMIT = Step("emit", [
    ("an event goes out", "[emit: {type: lead, detail: {a: 1}}]", "", "", "lead(a=1) 0", "finished"),
    ("without a detail", "[emit: {type: lead}]", "", "", "lead() 0", "finished"),
    ("filled from the event", "[emit: {type: lead, detail: {n: '{{ event.properties.n }}'}}]", "", "0 x n=7", "lead(n=7) 0", "finished"),
    ("filled from the customer", "[emit: {type: lead, detail: {c: '{{ attributes.c }}', s: '{{ score }}'}}]", "", "-1d put c=DK; 0 x", 'lead(c="DK",s=0) 0', "finished"),
    ("the grade", "[emit: {type: lead, detail: {g: '{{ grade }}'}}]", "policy: {grades: [{grade: A, when: {attributes: {c: [DK]}}}]}", "-1d put c=DK; 0 x", 'lead(g="A") 0', "finished"),
    ("what is missing is left out", "[emit: {type: lead, detail: {a: 1, n: '{{ event.properties.n }}'}}]", "", "", "lead(a=1) 0", "finished"),
    ("a grade that may be another is left out", "[emit: {type: lead, detail: {g: '{{ grade }}'}}]", "policy: {grades: [{grade: A, when: {did: {event: buy, within: 7d}}}]}", "-3d deploy; 0 x", "lead() 0", "finished"),
    ("behind a path through a list: a list", "[wait: 1h, emit: {type: lead, detail: {p: '{{ event.properties.items.p }}'}}]", "", '0 x items=[{"n":2},{"p":"lamp","n":1}]', 'lead(p=["lamp"]) +1h', "finished"),
    ("null is null, and nothing in a text", "[emit: {type: lead, detail: {n: '{{ event.properties.n }}', t: 'no-{{ event.properties.n }}'}}]", "", "0 x n=null", 'lead(n=null,t="no-") 0', "finished"),
    ("in a text as JSON writes it", "[emit: {type: lead, detail: {t: '{{ event.properties.b }} {{ event.properties.f }} {{ event.properties.l }}'}}]", "", '0 x b=true f=2.0 l=[2]', 'lead(t="true 2 [2]") 0', "finished"),
    ("a text around it", "[emit: {type: lead, detail: {n: 'no-{{ event.properties.n }}'}}]", "", "0 x n=7", 'lead(n="no-7") 0', "finished"),
    ("a long text is told whole", "[emit: {type: out, detail: {u: '{{ event.properties.u }}'}}]", "", f"0 x u={LONG}", f"{TOLD} 0", "finished"),
    ("after a wait, too", "[wait: 1h, emit: {type: out, detail: {u: '{{ event.properties.u }}'}}]", "", f"0 x u={LONG}", f"{TOLD} +1h", "finished"),
    ("also where the same field is a key", "[wait: 1h, emit: {type: out, detail: {u: '{{ event.properties.u }}'}}]", "key: '{{ event.properties.u }}'", f"0 x u={LONG}", f"{TOLD} +1h", "finished"),
    ("after a wait one that is too long is left out", "[emit: {type: now, detail: {u: '{{ event.properties.u }}'}}, wait: 1h, emit: {type: out, detail: {u: '{{ event.properties.u }}'}}]", "", f"0 x u={LONG}{LONG}", f'now(u="{LONG}{LONG}") 0, out() +1h', "finished"),
    ("a field called ref", "[emit: {type: lead, detail: {ref: mail, parts: [a]}}]", "", "", 'lead(ref="mail",parts=["a"]) 0', "finished"),
    ("a field called ref or parts, and nothing beside it", "[emit: {type: lead, detail: {a: {ref: 5}, b: {parts: [x]}, c: [{ref: [event]}]}}]", "", "", 'lead(a={"ref": 5},b={"parts": ["x"]},c=[{"ref": ["event"]}]) 0', "finished"),
    ("all of its detail a field called ref", "[emit: {type: lead, detail: {ref: '{{ event.properties.n }}'}}]", "", "0 x n=7", 'lead(ref=7) 0', "finished"),
    ("a field called as a part of a step", "[wait: 1h, emit: {type: lead, detail: {else: '{{ event.properties.n }}', on: {branches: '{{ event.properties.m }}'}}}]", "", "0 x n=7 m=8", 'lead(else=7,on={"branches": 8}) +1h', "finished"),
    ("a text under the name parts", "[emit: {type: lead, detail: {parts: 'no-{{ event.properties.n }}'}}]", "", "0 x n=7", 'lead(parts="no-7") 0', "finished"),
    ("consent is none of its business", "[emit: {type: lead}]", "", "-1d withdraws offers/email; 0 x", "lead() 0", "finished"),
    ("no cap counts it", "[emit: {type: lead}, send: {channel: email, template: a}]", "policy: {frequency_caps: [{at_most: 1, per: 1d}]}", "", "lead() 0, a 0", "finished"),
    ("heard again it goes out once", "[emit: {type: lead}]", "", "0 x id=a; 0 x id=a late=1h", "lead() 0", "finished"),
    ("each entry has its own", "[emit: {type: lead}]", "key: '{{ event.id }}'", "0 x; +1h x", "lead() 0, lead() +1h", "finished, finished"),
    ("control tells nobody", "[emit: {type: lead}]", "holdout: 100%", "", "", "finished"),
])  # fmt: skip

EXIT = Step("exit", [
    ("the end", "[exit, send: {channel: email, template: a}]", "", "", "", "exit"),
    ("behind what was sent", "[send: {channel: email, template: a}, exit]", "", "", "a 0", "exit"),
    ("written as a key", "[{exit: }, send: {channel: email, template: a}]", "", "", "", "exit"),
    ("from within a branch", "[choose: [{steps: [exit]}], send: {channel: email, template: a}]", "", "", "", "exit"),
    ("instead of what was hoped for", "[wait: {event: y, timeout: 1d, else: [exit]}, send: {channel: email, template: a}]", "", "0 x", "", "exit"),
    ("content that is placed stays", "[show: {slot: banner, template: a, for: 2d}, exit]", "", "0 x; +1h asks banner", "banner=a +1h", "exit"),
    ("the goal may still be reached", "[exit]", "goal: {event: z, within: 1d}, policy: {publish: [goal.reached]}", "0 x; +1h z", "goal.reached(campaign=\"hello\",key=\"x-1780304400000-0\",value=0.0) +1h", "exit"),
    ("control exits too", "[exit, send: {channel: email, template: a}]", "holdout: 100%", "", "", "exit"),
])  # fmt: skip

TABLES = (EMIT, EXIT)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_a_chain_tells_or_ends(table: Step, row: Row) -> None:
    table.check(row)
