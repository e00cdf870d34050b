"""`tag`, `untag`, `set` and `score`: what a chain notes of a customer, seen at once by what follows."""

import pytest

from tests.unit.domain.truths.table import Row, Step

YES_NO = "{when: CONDITION, send: {channel: email, template: yes}}, {send: {channel: email, template: no}}"


def asks(condition: str) -> str:
    """A step that tells whether a condition holds: it sends `yes` or `no`."""
    return f"choose: [{YES_NO.replace('CONDITION', '{' + condition + '}')}]"


VIP, GOLD, TEN = asks("tagged: vip"), asks("behaviour: {tier: [gold]}"), asks("score: {at_least: 10}")

TAG = Step("tag", [
    ("from now on", f"[tag: vip, {VIP}]", "", "", "yes 0", "finished"),
    ("not before", f"[{VIP}]", "", "", "no 0", "finished"),
    ("several", f"[tag: [a, vip], {VIP}]", "", "", "yes 0", "finished"),
    ("another tag", f"[tag: a, {VIP}]", "", "", "no 0", "finished"),
    ("for good", f"[tag: vip, wait: 300d, {VIP}]", "", "0 x; +301d until", "yes +300d", "finished"),
    ("twice is once", f"[tag: vip, tag: vip, untag: vip, {VIP}]", "", "", "no 0", "finished"),
    ("control is tagged too", "[tag: vip, choose: [{when: {tagged: vip}, exit: }], wait: 1d]", "holdout: 100%", "", "", "exit"),
])  # fmt: skip

UNTAG = Step("untag", [
    ("from now on", f"[tag: vip, untag: vip, {VIP}]", "", "", "no 0", "finished"),
    ("only what is named", f"[tag: vip, untag: [a, b], {VIP}]", "", "", "yes 0", "finished"),
    ("never tagged", f"[untag: vip, {VIP}]", "", "", "no 0", "finished"),
    ("tagged again", f"[tag: vip, untag: vip, tag: vip, {VIP}]", "", "", "yes 0", "finished"),
    ("control is untagged too", "[tag: vip, untag: vip, choose: [{when: {tagged: vip}, exit: }]]", "holdout: 100%", "", "", "finished"),
])  # fmt: skip

SET = Step("set", [
    ("from now on", f"[set: {{tier: gold}}, {GOLD}]", "", "", "yes 0", "finished"),
    ("not before", f"[{GOLD}]", "", "", "no 0", "finished"),
    ("merged where nothing goes before", f"[set: {{tier: gold}}, {asks('attributes: {tier: [gold]}')}]", "", "", "yes 0", "finished"),
    ("merged behind what the shop says", f"[set: {{tier: gold}}, {asks('attributes: {tier: [gold]}')}]", "", "-1d put tier=silver; 0 x", "no 0", "finished"),
    ("from the event", "[set: {tier: '{{ event.properties.to }}'}, " + GOLD + "]", "", "0 x to=gold", "yes 0", "finished"),
    ("what the event does not say is left as it was", "[set: {tier: gold}, set: {tier: '{{ event.properties.to }}'}, " + GOLD + "]", "", "0 x", "yes 0", "finished"),
    ("a number stays a number", "[set: {n: '{{ event.properties.n }}'}, " + asks("behaviour: {n: [{numeric: ['=', 7]}]}") + "]", "", "0 x n=7", "yes 0", "finished"),
    ("from another attribute", "[set: {tier: '{{ attributes.was }}'}, " + GOLD + "]", "", "-1d put was=gold; 0 x", "yes 0", "finished"),
    ("the score as it is now", "[score: 12, set: {n: '{{ score }}'}, " + asks("behaviour: {n: [12]}") + "]", "", "", "yes 0", "finished"),
    ("a text around it", "[set: {tier: 'go{{ event.properties.end }}'}, " + GOLD + "]", "", "0 x end=ld", "yes 0", "finished"),
    ("what is called ref", "[set: {ref: '{{ event.properties.n }}', parts: {fields: gold}}, " + asks("behaviour: {ref: [7], parts: {fields: [gold]}}") + "]", "", "0 x n=7", "yes 0", "finished"),
    ("set anew", f"[set: {{tier: silver}}, set: {{tier: gold}}, {GOLD}]", "", "", "yes 0", "finished"),
    ("several at once", f"[set: {{tier: silver, n: 1}}, {asks('behaviour: {tier: [silver], n: [1]}')}]", "", "", "yes 0", "finished"),
    ("it starts what waits for the change", "[set: {tier: gold}, wait: 1d, " + asks("tagged: noticed") + "]", "beside: {notices: {trigger: {change: attributes.tier, to: [gold]}, steps: [tag: noticed]}}", "", "yes +1d", "finished"),
    ("control is set too", "[set: {tier: gold}, choose: [{when: {behaviour: {tier: [gold]}}, exit: }]]", "holdout: 100%", "", "", "exit"),
])  # fmt: skip

SCORE = Step("score", [
    ("it adds", f"[score: +10, {TEN}]", "", "", "yes 0", "finished"),
    ("to what is there", f"[score: 4, score: 6, {TEN}]", "", "", "yes 0", "finished"),
    ("not enough", f"[score: 9, {TEN}]", "", "", "no 0", "finished"),
    ("it takes away", f"[score: 12, score: -3, {TEN}]", "", "", "no 0", "finished"),
    ("beside what events are worth", f"[score: 5, {TEN}]", "policy: {scoring: [{event: paper, points: 5, within: 90d}]}", "-1d paper; 0 x", "yes 0", "finished"),
    ("for good", f"[score: 10, wait: 300d, {TEN}]", "", "0 x; +301d until", "yes +300d", "finished"),
    ("heard again adds nothing", f"[score: 5, wait: 2h, {TEN}]", "", "0 x id=a; 0 x id=a late=1h", "no +2h", "finished"),
    ("it starts what waits for the score", "[score: 10, wait: 1d, " + asks("tagged: noticed") + "]", "beside: {notices: {trigger: {change: score, at_least: 10}, steps: [tag: noticed]}}", "", "yes +1d", "finished"),
    ("control adds too", "[score: 10, choose: [{when: {score: {at_least: 10}}, exit: }]]", "holdout: 100%", "", "", "exit"),
])  # fmt: skip

TABLES = (TAG, UNTAG, SET, SCORE)


@pytest.mark.parametrize(("table", "row"), [pytest.param(t, r, id=f"{t.word}: {r[0]}") for t in TABLES for r in t.rows])
def test_a_chain_notes_something(table: Step, row: Row) -> None:
    table.check(row)
