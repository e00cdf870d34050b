"""Where a customer stands in the audience index follows what they are, and no commit says more of it than has changed."""

import pytest

from kairos.domain.effects import Decision, DropPlace, PutPlace
from kairos.domain.events import Event
from tests.unit.domain.shop import DAY, T0, Life, campaign, catalog, event, joined, on, send, started

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
