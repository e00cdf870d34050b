"""Where a customer stands in the audience index follows what they are, and no commit says more of it than has changed."""

from typing import Any

import pytest

from kairos.domain.effects import Decision, DropPlace, PutPlace
from kairos.domain.events import Event
from kairos.domain.reach import LONGEST, places_for
from tests.unit.domain.shop import DAY, T0, Life, campaign, catalog, event, joined, on, send, started
from tests.unit.domain.truths.story import Story
from tests.unit.domain.truths.written import compiled, yaml

OUTSIDE = {"kind": "external", "on": on("stock.back")}
STEPS = ({"id": "t", "do": "tag", "tags": ["vip"]}, {"id": "u", "do": "untag", "tags": ["vip"]})
VIPS = catalog(
    {"attributes": {"precedence": ["backend"], "indexed": ["country"]}},
    back=campaign(OUTSIDE, audience={"tagged": ["vip"]}),
    there=campaign(OUTSIDE, send("there"), audience={"attributes": {"country": ["DK"]}, "source": None}),
    tags=campaign(started("x"), STEPS[0]),
    untags=campaign(started("y"), STEPS[1]),
)


def told(life: Life, heard: Event) -> list[tuple[str, str]]:
    life.now = heard.received
    decision: Decision = life._decide(heard)
    life._commit(decision)
    return [(type(e).__name__, e.place) for e in decision.effects if isinstance(e, PutPlace | DropPlace)]


def test_places_are_taken_and_left_one_by_one():
    life = Life(VIPS)
    assert told(life, joined(country="DK")) == [("PutPlace", 'attr:country:"DK"')]
    assert told(life, event("x", T0)) == [("PutPlace", "tag:vip")]
    assert told(life, event("x", T0 + DAY)) == []
    moved = event("kairos.customer", T0 + 2 * DAY, own=True, attributes={"backend": {"country": "SE"}})
    assert told(life, moved) == [("PutPlace", 'attr:country:"SE"'), ("DropPlace", 'attr:country:"DK"')]
    assert told(life, event("y", T0 + 3 * DAY)) == [("DropPlace", "tag:vip")]


def test_who_was_indexed_by_other_definitions_is_put_anew():
    life = Life(VIPS).hear(joined(country="DK")).hear(event("x", T0))
    life.customer.state.indexed = "other"
    assert told(life, event("z", T0 + DAY)) == []  # concerns nothing, and so changes nothing
    assert told(life, event("y", T0 + DAY)) == [("PutPlace", 'attr:country:"DK"')]


@pytest.mark.parametrize("publish", [[], ["campaign.entered"]])
def test_where_nobody_is_sought_nobody_stands(publish):
    life = Life(catalog({"publish": publish}, tags=campaign(started("x"), STEPS[0])))
    assert told(life, joined(country="DK")) == told(life, event("x", T0)) == []
    assert life.customer.state.indexed == ""


RULES = """policy: {
  attributes: {indexed: [region, n]}, segments: {away: {did_not: {event: y, within: 7d}}, keen: {interest: {product: P1}}},
  interest: {product: {path: properties.p, half_life: 30d, events: {viewed: 1}}, owned: {path: properties.p, events: {bought: 1}}}}"""
SOUGHT = """beside: {tags: {trigger: {event: tags}, steps: [tag: t]}, untags: {trigger: {event: untags}, steps: [untag: t]},
  a: {trigger: {external: out}, audience: {attributes: {region: [north]}}}, b: {trigger: {external: out}, audience: {attributes: {n: [1]}}},
  c: {trigger: {external: out}, audience: {tagged: t}}, d: {trigger: {external: out}, audience: {segment: away}},
  e: {trigger: {external: out}, audience: {segment: keen}}, f: {trigger: {external: out}, audience: {interest: {product: P1}}}}"""
INDEX = compiled(yaml(f"{RULES}, {SOUGHT}"))
AWAY, KEEN = (f"segment:{INDEX.campaigns[name].trigger.places[0].name}" for name in "de")
STANDS = [
    ("of whom nothing is known but who they are", "0 joins", {AWAY}),
    ("by an attribute", "0 joins region=north", {AWAY, 'attr:region:"north"'}),
    ("by all that an attribute lists", '0 joins region=["north","south"]', {AWAY, 'attr:region:"north"', 'attr:region:"south"'}),
    ("by a number", "0 joins n=1.5", {AWAY, "attr:n:1.5"}),
    ("equal numbers are written alike", "0 joins n=1.0", {AWAY, "attr:n:1"}),
    ("a number is not its text", '0 joins n="1"', {AWAY, 'attr:n:"1"'}),
    ("by what is true", "0 joins n=true", {AWAY, "attr:n:true"}),
    ("not by nothing, nor by what is no value", '0 joins n=[null,{"a":1}]', {AWAY}),
    ("letters are as they are", "0 joins region=Ærø", {AWAY, 'attr:region:"Ærø"'}),
    ("a value that is as long as one may be", f"0 joins region={'x' * (LONGEST - 2)}", {AWAY, f'attr:region:"{"x" * (LONGEST - 2)}"'}),
    ("not by a longer one", f"0 joins region={'x' * (LONGEST - 1)}", {AWAY}),
    ("by a tag", "0 joins; +1m tags", {AWAY, "tag:t"}),
    ("not by one that was taken away", "0 joins; +1m tags; +2m untags", {AWAY}),
    ("not by a segment they have left", "0 joins; +1m y", set()),
    ("but again when they are back", "0 joins; +1m y; +8d until", {AWAY}),
    ("by an interest, and the segment it makes", "0 joins; +1m viewed p=P1", {AWAY, KEEN, "interest:product:P1"}),
    ("by each interest", "0 joins; +1m viewed p=P1; +2m viewed p=2", {AWAY, KEEN, "interest:product:P1", "interest:product:2"}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "places"), [row[1:] for row in STANDS], ids=[row[0] for row in STANDS])
def test_somebody_stands(given: str, places: set[str]) -> None:
    assert Story(INDEX).play(given, horizon=0).places == places


EVENT: dict[str, Any] = {"properties": {"p": "P1", "r": ["north", None, "east"], "n": 2.0}}
R, P, N = ("{{{{ event.properties.{} }}}}".format(name) for name in "rpn")  # noqa: UP032 - the braces would be eight
SOUGHT_BY = [
    ("a value", "{attributes: {region: [north]}}", ['attr:region:"north"']),
    ("several", "{attributes: {region: [north, south]}}", ['attr:region:"north"', 'attr:region:"south"']),
    ("a number", "{attributes: {n: [1]}}", ["attr:n:1"]),
    ("what the event names", f"{{attributes: {{region: ['{R}']}}}}", ['attr:region:"north"', 'attr:region:"east"']),
    ("a number that the event names", f"{{attributes: {{n: ['{N}']}}}}", ["attr:n:2"]),
    ("nothing that it does not", "{attributes: {region: ['{{ event.properties.z }}']}}", []),
    ("an operator is no value", "{attributes: {n: [{numeric: ['>', 1]}]}}", []),
    ("what only the customer knows is none", "{attributes: {region: ['{{ attributes.home }}']}}", []),
    ("an attribute that is not indexed", "{attributes: {c: [DK]}}", []),
    ("of two attributes the one that is", "{attributes: {c: [DK], region: [north]}}", ['attr:region:"north"']),
    ("of one source: the index does not tell them apart", "{backend: {region: [north]}}", []),
    ("a tag", "{tagged: t}", ["tag:t"]),
    ("one of several tags", "{tagged: [t, u]}", ["tag:t", "tag:u"]),
    ("a segment", "{segment: away}", [AWAY]),
    ("an interest", "{interest: {product: P1}}", ["interest:product:P1"]),
    ("an interest that the event names", f"{{interest: {{product: '{P}'}}}}", ["interest:product:P1"]),
    ("an interest before a tag", "[{tagged: t}, {interest: {product: P1}}]", ["interest:product:P1"]),
    ("a tag before a segment", "[{segment: away}, {tagged: t}]", ["tag:t"]),
    ("a segment before an attribute", "[{attributes: {n: [1]}}, {segment: away}]", [AWAY]),
    ("what the event names before all", f"[{{interest: {{product: P1}}}}, {{attributes: {{region: ['{R}']}}}}]",
     ['attr:region:"north"', 'attr:region:"east"']),
    ("an interest that it names before an attribute that it does",
     f"[{{attributes: {{region: ['{R}']}}}}, {{interest: {{product: '{P}'}}}}]", ["interest:product:P1"]),
    ("either of two", "{any: [{tagged: t}, {segment: away}]}", ["tag:t", AWAY]),
    ("either is as wide as its wider one", "[{any: [{interest: {product: P1}}, {attributes: {n: [1]}}]}, {segment: away}]",
     [AWAY]),
    ("either, one of which can be anywhere", "{any: [{tagged: t}, {not: {segment: away}}]}", []),
    ("nobody stands where they are not", "{not: {tagged: t}}", []),
    ("twice is once", "{any: [{tagged: t}, {tagged: t}]}", ["tag:t"]),
]  # fmt: skip


@pytest.mark.parametrize(("audience", "places"), [row[1:] for row in SOUGHT_BY], ids=[row[0] for row in SOUGHT_BY])
def test_an_audience_is_sought(audience: str, places: list[str]) -> None:
    found = compiled(yaml(f"{RULES}, external: out, audience: {audience}"))
    assert list(places_for(found.campaigns["hello"], EVENT)) == places
