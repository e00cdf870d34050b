"""Every word of the language says one thing in the bundle, whichever way it is written."""

from typing import Any

import pytest
import yaml

from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.language.scope import Scope
from kairos.domain.language.triggers import EVENTLESS, kind_of

HOUR, DAY = 3_600_000, 86_400_000
ON = {"event": ["x"], "match": None, "same": None}


def campaign(text: str) -> dict[str, Any]:
    data = yaml.safe_load(text)
    kind = kind_of(data["trigger"]) or ""
    scope = Scope(topic="offers", eventless=kind if kind in EVENTLESS else "", inbound=kind == "inbound")
    return Campaign.model_validate(data, context=scope).bundle()


def policy(text: str) -> dict[str, Any]:
    return Policy.model_validate({"brand": {"name": "N", "email": "n@n.example"}, **yaml.safe_load(text)}).bundle()


@pytest.mark.parametrize(
    ("trigger", "bundled"),
    [
        ("event: x", {"kind": "event", "on": ON}),
        ("inactive: 60d", {"kind": "inactivity", "for": 60 * DAY, "of": ["any"]}),
        ("inactive: 12h\nof: [a, b]", {"kind": "inactivity", "for": 12 * HOUR, "of": ["a", "b"]}),
        (
            "change: attributes.tier\nfrom: [silver]\nto: [{prefix: go}]",
            {
                "kind": "change",
                "of": ["attributes", "tier"],
                "from": ["silver"],
                "to": [{"prefix": "go"}],
                "at_least": None,
                "at_most": None,
            },
        ),
        (
            "change: score\nat_least: 100",
            {"kind": "change", "of": ["score"], "from": None, "to": None, "at_least": 100, "at_most": None},
        ),
        (
            "change: grade\nto: [A]",
            {"kind": "change", "of": ["grade"], "from": None, "to": ["A"], "at_least": None, "at_most": None},
        ),
        ("segment: {enters: vip}", {"kind": "segment", "segment": "vip", "on": "enters"}),
        ("segment: {leaves: vip}", {"kind": "segment", "segment": "vip", "on": "leaves"}),
        ("external: x", {"kind": "external", "on": ON}),
        (
            "external: [a, b]\nmatch: {properties: {n: [1]}}",
            {"kind": "external", "on": {"event": ["a", "b"], "match": {"properties": {"n": [1]}}, "same": None}},
        ),
        (
            'schedule: "cron(0 9 ? * MON *)"',
            {"kind": "schedule", "cron": "0 9 ? * MON *", "at": None, "timezone": None},
        ),
        (
            'schedule: "at(2026-11-27T09:00:00)"\ntimezone: customer',
            {"kind": "schedule", "cron": None, "at": "2026-11-27T09:00:00", "timezone": "customer"},
        ),
        ("inbound: home-banner", {"kind": "inbound", "slot": "home-banner"}),
    ],
)
def test_a_trigger_is_written_one_way_in_the_bundle(trigger: str, bundled: dict[str, Any]) -> None:
    step = "show: {template: t}" if "inbound" in trigger else "tag: a"
    lines = trigger.replace("\n", "\n  ")
    assert campaign(f"trigger:\n  {lines}\nsteps: [{step}]")["trigger"] == bundled


@pytest.mark.parametrize(
    "fields",
    [
        "0 9 ? * MON *", "0/15 8-17 ? * MON-FRI *", "0 9 1,15 * ? *", "30 6 L * ? 2026-2028", "0 12 15W JAN,JUL ? *",
        "0 9 ? * 6L *", "0 9 ? * FRI#2 *", "5 */2 * * ? *", "0 0 ? * 1,7 2199",
    ],
)  # fmt: skip
def test_a_schedule_takes_what_eventbridge_takes(fields: str) -> None:
    assert campaign(f'trigger: {{schedule: "cron({fields})"}}\nsteps: [tag: a]')["trigger"]["cron"] == fields


@pytest.mark.parametrize(
    "fields",
    [
        "0 9 * * MON *", "0 9 ? * ? *", "60 9 ? * MON *", "0 24 ? * MON *", "0 9 32 * ? *", "0 9 0 * ? *", "0 9 ? 13 MON *",
        "0 9 ? * 8 *", "0 9 ? * mon *", "0 9 ? * MON#6 *", "0 9 ? * MON 1969", "0 9 ? * MON", "0 9 ?,1 * MON *",
        "0 17-9 ? * MON *", "0/0 9 ? * MON *", "*-5 9 ? * MON *", "0 9 ? * FRI-MON *", "", "٠ 9 ? * MON *",
    ],
)  # fmt: skip
def test_a_schedule_refuses_what_eventbridge_refuses(fields: str) -> None:
    with pytest.raises(ValueError):
        campaign(f'trigger: {{schedule: "cron({fields})"}}\nsteps: [tag: a]')


@pytest.mark.parametrize(
    ("condition", "bundled"),
    [
        (
            "interest: {product: P-7}",
            {"interest": {"dimension": "product", "values": ["P-7"], "at_least": 0.1, "top": None}},
        ),
        (
            'interest: {product: "{{ event.properties.id }}", at_least: 2, top: 3}',
            {
                "interest": {
                    "dimension": "product",
                    "values": [{"ref": ["event", "properties", "id"]}],
                    "at_least": 2,
                    "top": 3,
                }
            },
        ),
        ("interest: {category: [toys, 7]}",
         {"interest": {"dimension": "category", "values": ["toys", "7"], "at_least": 0.1, "top": None}}),
        ("score: {at_least: 100}", {"score": {"at_least": 100, "at_most": None}}),
        ("score: {at_least: 1.5, at_most: 9}", {"score": {"at_least": 1.5, "at_most": 9}}),
        ("grade: [A, B]", {"grade": ["A", "B"]}),
        ("grade: A", {"grade": ["A"]}),
    ],
)  # fmt: skip
def test_a_condition_on_the_customer_is_written_one_way(condition: str, bundled: dict[str, Any]) -> None:
    assert campaign(f"trigger: {{event: x}}\naudience: {{{condition}}}\nsteps: [tag: a]")["audience"] == bundled


@pytest.mark.parametrize(
    ("step", "bundled"),
    [
        ("score: +10", {"id": "score-1", "do": "score", "points": 10}),
        ("score: -2.5", {"id": "score-1", "do": "score", "points": -2.5}),
        (
            "show: {slot: home-banner, template: gold, for: 7d}",
            {"id": "show.gold", "do": "show", "slot": "home-banner", "template": "gold", "for": 7 * DAY},
        ),
        (
            "split: [{name: a, weight: 1, tag: x}, {name: b, weight: 2.5, steps: [{tag: y}, exit]}]",
            {
                "id": "split-1",
                "do": "split",
                "branches": [
                    {"name": "a", "weight": 1, "steps": [{"id": "tag-1", "do": "tag", "tags": ["x"]}]},
                    {
                        "name": "b",
                        "weight": 2.5,
                        "steps": [{"id": "tag-2", "do": "tag", "tags": ["y"]}, {"id": "exit-1", "do": "exit"}],
                    },
                ],
            },
        ),
        (
            'emit: {type: lead.qualified, detail: {score: "{{ score }}", text: "a {{ grade }}"}}',
            {
                "id": "emit-1",
                "do": "emit",
                "type": "lead.qualified",
                "detail": {"score": {"ref": ["score"]}, "text": {"parts": ["a ", {"ref": ["grade"]}]}},
            },
        ),
    ],
)
def test_a_step_says_one_thing(step: str, bundled: dict[str, Any]) -> None:
    assert campaign(f"trigger: {{event: x}}\nsteps: [{{{step}}}]")["steps"] == [bundled]


def test_an_inbound_campaign_shows_in_the_slot_of_its_trigger() -> None:
    steps = campaign(
        "trigger: {inbound: home-banner}\nsteps: [{choose: [{when: {tagged: a}, show: {template: t}}, {show: {template: u}}]}]"
    )["steps"]
    shown = [branch["steps"][0] for branch in steps[0]["branches"]]
    assert [(step["id"], step["slot"], step["for"]) for step in shown] == [
        ("show.t", None, None),
        ("show.u", None, None),
    ]


@pytest.mark.parametrize(
    ("line", "value", "likelihood"),
    [
        ("value: 12.5", 12.5, 1),
        ("value: attributes.worth", {"ref": ["attributes", "worth"]}, 1),
        ("likelihood: 0.3", 0, 0.3),
        ("likelihood: attributes.p.upsell", 0, {"ref": ["attributes", "p", "upsell"]}),
    ],
)
def test_worth_is_a_number_or_an_attribute(line: str, value: Any, likelihood: Any) -> None:
    node = campaign(f"{line}\ntrigger: {{event: x}}\nsteps: [tag: a]")
    assert (node["value"], node["likelihood"]) == (value, likelihood)


def test_a_policy_that_says_nothing_has_no_interests_scores_or_history() -> None:
    node = policy("{}")
    assert (node["interest"], node["scoring"], node["grades"], node["history"]) == ({}, [], [], None)


def test_a_policy_says_what_shows_an_interest_a_score_and_a_grade() -> None:
    node = policy(
        """
        timezone: Europe/Copenhagen
        interest: {owned: {path: properties.items.product_id, events: {order.placed: 1}},
                   category: {path: properties.category, half_life: 14d, events: {seen: 1, order.placed: 5}}}
        scoring: [{event: paper, points: 20, within: 90d, at_most: 3}, {event: [left], match: {properties: {n: [1]}}, points: -5}]
        grades: [{grade: A, when: {attributes: {employees: [50]}}}, {grade: B, when: [{tagged: b}]}]
        history: "2026-01-01"
        """
    )
    assert node["interest"] == {
        "owned": {"path": "properties.items.product_id", "half_life": None, "events": {"order.placed": 1}},
        "category": {"path": "properties.category", "half_life": 14 * DAY, "events": {"seen": 1, "order.placed": 5}},
    }
    assert node["scoring"] == [
        {"event": ["paper"], "match": None, "points": 20, "within": 90 * DAY, "at_most": 3},
        {"event": ["left"], "match": {"properties": {"n": [1]}}, "points": -5, "within": None, "at_most": 10},
    ]
    assert [rule["grade"] for rule in node["grades"]] == ["A", "B"]
    assert node["grades"][1]["when"] == {"all": [{"tagged": ["b"]}]}
    assert node["history"] == 1_767_222_000_000  # midnight in Copenhagen
