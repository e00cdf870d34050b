"""More comes due at one moment than one commit can hold: nothing is lost, and nothing waits longer than it must."""

from kairos.domain.effects import PutEntry, PutMessage
from tests.unit.domain.shop import HOUR, T0, Life, campaign, catalog, event, joined, on, send, started

WAITS = ({"id": "wait-1", "do": "wait", "for": HOUR}, send("hello", topic="service"))


def test_a_hundred_waits_that_end_at_once_are_taken_in_turns_of_some_sixty():
    names = [f"c{n}" for n in range(10)]
    series = {
        name: campaign(started("x"), *WAITS, topic="service", key=[{"ref": ["event", "properties", "k"]}])
        for name in names
    }
    life = Life(catalog(**series)).hear(joined())
    for key in range(10):
        life.hear(event("x", T0, f"x{key}", k=str(key)))
    assert len(life.customer.state.runs) == 100
    sizes = []
    while (due := life.customer.state.due) is not None and due <= T0 + HOUR:
        before = len(life.messages)
        life.wake(T0 + HOUR)
        sizes.append(len(life.messages) - before)
    assert sum(sizes) == 100 and len(sizes) == 2
    assert max(sizes) + 1 <= 100, "with the state, a transaction holds it"
    assert life.customer.state.runs == []


def test_effects_of_an_ordinary_turn_are_all_taken_at_once():
    life = Life(catalog(c=campaign(started("x"), *WAITS, topic="service"))).hear(joined()).hear(event("x"))
    decision = life._decide(event("x", T0 + 1, "x2"))
    assert len([e for e in decision.effects if isinstance(e, PutEntry | PutMessage)]) <= 2
    life.wake(T0 + HOUR)
    assert (life.sent, life.customer.state.due) == (["c/hello"], None)


def test_all_that_one_event_makes_kairos_tell_is_heard():
    """Sixty entries begin and end at once; whoever counts them counts each."""
    told = ("campaign.entered", "campaign.left")
    counted = [{"did": on(type) | {"within": None, "at_least": 99, "at_most": None}} for type in told]
    tagging = {"id": "tag-1", "do": "tag", "tags": ["t"]}
    definitions = catalog(
        {"segments": {"busy": {"all": counted}}}, **{f"c{n}": campaign(started("x"), tagging) for n in range(60)}
    )
    life = Life(definitions).hear(joined()).hear(event("x"))
    assert [len(moments) for moments in life.customer.state.counts.values()] == [60, 60]
