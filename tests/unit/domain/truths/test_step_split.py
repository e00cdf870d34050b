"""`split`: by chance, but for each customer always the same way."""

from collections import Counter

import pytest

from kairos.domain.chain import variant_of
from kairos.domain.entering import is_control
from tests.unit.domain.truths.table import Row, Step
from tests.unit.domain.truths.written import compiled, yaml

ONE = "{name: one, weight: 1, send: {channel: email, template: a}}"
HEAVY = "[split: [{name: light, weight: 0.000001, send: {channel: email, template: a}}, {name: heavy, weight: 1000000, send: {channel: email, template: b}}]"
HALF = "[split: [{name: A, weight: 1, send: {channel: email, template: a}}, {name: B, weight: 1, send: {channel: email, template: b}}]"

SPLIT = Step("split", [
    ("one way only", f"[split: [{ONE}]]", "", "", "a/one 0", "finished"),
    ("by weight", f"{HEAVY}]", "", "", "b/heavy 0", "finished"),
    ("the chain goes on behind it, and remembers the variant", f"{HEAVY}, wait: 1d, send: {{channel: email, template: after}}]", "", "", "b/heavy 0, after/heavy +1d", "finished"),
    ("a variant of several steps", "[split: [{name: one, weight: 3, steps: [wait: 1h, send: {channel: email, template: a}]}]]", "", "", "a/one +1h", "finished"),
    ("always the same way", f"{HALF}]", "key: '{{ event.id }}', policy: {arbitration: {keep: 9}}", "0 5×1h x", "a/A 0, a/A +1h, a/A +2h, a/A +3h, a/A +4h", "finished, finished, finished, finished, finished"),
    ("one within another names both", "[split: [{name: one, weight: 1, split: [{name: two, weight: 1, send: {channel: email, template: a}}]}]]", "", "", "a/one-two 0", "finished"),
    ("content that is placed carries its variant", "[split: [{name: one, weight: 1, show: {slot: banner, template: a}}]]", "", "0 x; +1h asks banner", "banner=a/one +1h", "finished"),
    ("content that is offered carries its variant", "[split: [{name: one, weight: 1, show: {template: a}}]]", "inbound: banner", "0 asks banner", "banner=a/one 0", ""),
    ("control is split too, and gets nothing", f"{HEAVY}]", "holdout: 100%", "", "", "holdout, finished"),
])  # fmt: skip


@SPLIT.each
def test_a_chain_splits(row: Row) -> None:
    SPLIT.check(row)


PEOPLE = [f"customer-{n}" for n in range(10_000)]


@pytest.mark.parametrize(
    ("weights", "shares"),
    [({"a": 1, "b": 1}, {"a": 0.5, "b": 0.5}), ({"a": 1, "b": 2, "c": 7}, {"a": 0.1, "b": 0.2, "c": 0.7}), ({"a": 90, "b": 10}, {"a": 0.9, "b": 0.1})],
)  # fmt: skip
def test_of_ten_thousand_each_variant_gets_its_share(weights: dict[str, int], shares: dict[str, float]) -> None:
    ways = ", ".join(f"{{name: {name}, weight: {weight}, tag: t}}" for name, weight in weights.items())
    (step, *_) = compiled(yaml(f"steps: [split: [{ways}]]")).campaigns["hello"].steps
    counted = Counter(variant_of(customer, "hello", step).name for customer in PEOPLE)
    assert {name: counted[name] / len(PEOPLE) for name in shares} == pytest.approx(shares, abs=0.01)
    elsewhere = sum(variant_of(c, "hello", step) == variant_of(c, "other", step) for c in PEOPLE) / len(PEOPLE)
    assert elsewhere == pytest.approx(
        sum(share**2 for share in shares.values()), abs=0.02
    )  # chance anew for each campaign


def test_of_ten_thousand_a_tenth_is_held_out_and_falls_into_every_variant() -> None:
    campaign = compiled(yaml(f"holdout: 10%, steps: {HALF}]")).campaigns["hello"]
    held_out = [customer for customer in PEOPLE if is_control(customer, campaign)]
    assert len(held_out) / len(PEOPLE) == pytest.approx(0.1, abs=0.01)
    first = sum(variant_of(customer, "hello", campaign.steps[0]).name == "A" for customer in held_out)
    assert first / len(held_out) == pytest.approx(0.5, abs=0.05)
