"""A template variable that no sample, definition or answer supplies is told where it stands, with what there is."""

import json

import pytest

from kairos.catalog.validate import read_directory

POLICY = """\
brand: {name: N, email: n@n.example, postal_address: Street 1}
topics: {service: {transactional: true}}
attributes: {precedence: [backend, declared, behaviour], indexed: [country]}
segments: {big: [{attributes: {employees: [{numeric: [">=", 50]}]}}]}
"""
CAMPAIGN = """\
topic: service
trigger: {trigger}
steps: [{{set: {{greeted: true}}}}, {{send: {{channel: push, template: t}}}}]
"""
EVENT = "{event: cart.updated, match: {properties: {coupon: [{exists: true}]}}}"
SAMPLE = {
    "customer": {"attributes": {"first_name": "Ada", "address": {"city": "Odense"}}},
    "event": {"type": "cart.updated", "properties": {"items": [{"name": "Lantern"}], "total": 12}},
}


def said(folder, line, *, trigger=EVENT, sample=SAMPLE):
    (folder / "c").mkdir()
    (folder / "samples").mkdir()
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "c" / "campaign.yaml").write_text(CAMPAIGN.format(trigger=trigger))
    (folder / "c" / "t.push.yaml").write_text(json.dumps({"title": "T", "body": line}))
    (folder / "samples" / "one.json").write_text(sample if isinstance(sample, str) else json.dumps(sample))
    return [str(problem).removeprefix(f"{folder}/") for problem in read_directory(folder).problems]


@pytest.mark.parametrize(
    "line",
    [
        "{{ customer.first_name }} {{ customer['address'].city }}",  # the sample has them
        "{{ customer.locale }} {{ customer.country }}",  # always there; indexed
        "{{ customer.employees }} {{ customer.greeted }}",  # a segment asks for it; a step sets it
        "{{ customer.nickname | default('friend') }}",  # it may be missing
        "{% if customer.nickname is defined %}{{ customer.nickname }}{% endif %}",
        "{{ event.properties.total }} {{ event.properties.coupon }} {{ event.id }}",  # the sample, the trigger, any event
        "{% for item in event.properties['items'] %}{{ item.name }}{% endfor %}",
    ],
)
def test_what_is_supplied_is_not_complained_of(tmp_path, line):
    assert said(tmp_path, line) == []


@pytest.mark.parametrize(
    ("line", "trigger", "problem"),
    [
        ("{{ customer.first_nmae }}", EVENT, "'first_nmae'"),
        ("{{ customer.precedence }}", EVENT, "'precedence'"),  # a word of the policy, not an attribute
        ("{{ customer.indexed }}", EVENT, "'indexed'"),
        ("{{ customer.address.street }}", EVENT, "'street', expected one of city"),
        ("{{ event.properties.totl }}", EVENT, "no sample of cart.updated has 'totl'"),
        ("{{ event.property.total }}", EVENT, "an event has no 'property'"),
        ("{{ event.properties.total }}", "{inactive: 30d}", "no event, expected customer.… (an inactive trigger has no event)"),
    ],
)  # fmt: skip
def test_what_nothing_supplies_is_told(tmp_path, line, trigger, problem):
    (told,) = said(tmp_path, line, trigger=trigger)
    assert told.startswith("c/t.push.yaml:1:28: ")
    assert problem in told


def test_the_nearest_name_is_offered(tmp_path):
    (told,) = said(tmp_path, "{{ customer.first_nmae }}")
    assert "did you mean 'first_name'?" in told


def test_a_sample_that_is_none_is_told_its_place(tmp_path):
    (told,) = said(tmp_path, "Hi", sample='{"customer": }')
    assert told == "samples/one.json:1:14: not JSON: Expecting value"
