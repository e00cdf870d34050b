"""The compiled definitions on a bounded state answer what a naive evaluation of all definitions answers."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.definitions import Catalog
from kairos.domain.events import Event, Millis
from kairos.domain.view import View
from tests.unit.domain.properties.generated import CONDITIONS, PAID, RULES, SEGMENTS, STORY, Written, selectors, shop
from tests.unit.domain.properties.lives import Happened, Told, profile
from tests.unit.domain.properties.naive import Line, Naive
from tests.unit.domain.properties.oracle import TooNear
from tests.unit.domain.shop import DAY, HOUR, T0, joined
from tests.unit.domain.truths.written import nothing

END = T0
FIXED: dict[str, Written] = {
    "tagging": {"trigger": {"event": "whitepaper.downloaded"}, "steps": [{"tag": ["reader"]}, {"score": 3}]},
    "buying": {"trigger": {"event": "order.placed", "match": PAID}, "steps": [{"tag": ["buyer"]}, {"untag": ["reader"]}]},
    "waiting": {"trigger": {"event": "booking.created"}, "steps": [{"wait": "1d12h"}]},
}  # fmt: skip
"""What conditions ask about is brought about by these."""


@st.composite
def drawn(draw: st.DrawFn) -> Written:
    """A campaign that starts with an event."""
    trigger = draw(st.one_of(selectors(), st.just({"event": "message.sent"})))
    more: Written = {"audience": draw(CONDITIONS)} if draw(st.integers(0, 9)) else {}
    optional = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "key": st.just("{{ event.properties.cart_id }}"),
                "cooldown": st.just("1d"),
                "status": st.sampled_from(("live", "live", "paused")),
            },
        )
    )
    return {"trigger": trigger} | more | optional


@dataclass(frozen=True)
class Play:
    """What happens, what is delivered again, when somebody looks, and when counting began."""

    story: list[Happened]
    again: list[tuple[int, Millis]]
    looks: list[Millis]
    counting: Millis | None

    def lines(self) -> list[tuple[Millis, Event | None]]:
        """Deliveries, and looks between them."""
        since = 0 if self.counting is None else END - self.counting
        events = [thing.event(END, number) for number, thing in enumerate(self.story)]
        repeated = [(events[n % len(events)], later) for n, later in self.again]
        lines: list[tuple[Millis, Event | None]] = [(event.received, event) for event in events]
        lines += [(event.received + later, event) for event, later in repeated if event.received >= since]
        lines += [(END - ago, None) for ago in self.looks]
        return sorted(lines, key=lambda line: line[0])


PLAYS = st.builds(
    Play, STORY, st.lists(st.tuples(st.integers(0, 30), st.sampled_from((0, HOUR, DAY, 4 * DAY))), max_size=4),
    st.lists(st.integers(-2 * DAY, 10 * DAY), max_size=4), st.none() | st.integers(0, 8 * DAY),
)  # fmt: skip
CAMPAIGNS = st.lists(drawn(), min_size=1, max_size=4).map(
    lambda some: {f"g{n}": one for n, one in enumerate(some[:2])} | FIXED | {f"g{n + 2}": one for n, one in enumerate(some[2:])}
)  # fmt: skip


def deployed(catalog: Catalog, since: Millis) -> Catalog:
    return catalog.with_since(dict.fromkeys(catalog.keeps, since))


def compared(play: Play, campaigns: dict[str, Written], segment: Written) -> None:
    """Plays it to both, and compares what each event started and what each look found."""
    rules: dict[str, Any] = {"segments": {"drawn": segment}}
    full = shop(campaigns, **rules)
    birth = END - 30 * DAY
    naive = Naive(RULES | rules, birth, 0 if play.counting is None else END - play.counting, campaigns=campaigns)
    life = Told(deployed(full, 0) if play.counting is None else nothing())
    life.hear(joined(birth), birth)
    naive.hear(joined(birth), birth)
    for now, event in play.lines():
        life.until(now - 1)
        naive.pass_until(now - 1)
        if now >= naive.since:
            life.catalog = deployed(full, naive.since)
        if event is None:
            looked(life, naive, now)
            continue
        before = len(life.lines)
        expected = naive.hear(event, now)
        life.hear(event, now)
        assert started(life, before) == expected, (now, event)


def started(life: Told, before: int) -> list[Line]:
    told = life.lines[before:]
    return [(r.campaign, r.key, r.outcome, r.reason) for r in told if r.outcome in ("entered", "refused")]


def looked(life: Told, naive: Naive, now: Millis) -> None:
    """Every audience, as if its campaign were due now."""
    life.until(now)
    naive.pass_until(now)
    document = naive.deliveries[-1].document
    for name, campaign in life.catalog.campaigns.items():
        if campaign.audience is not None:
            answer = campaign.audience(View(life.customer.state, life.catalog, document, now, now))
            written = naive.campaigns[name]["audience"]
            assert answer is naive.holds(written, document, now, now), (now, written)


@profile(200)
@given(PLAYS, CAMPAIGNS, SEGMENTS)
def test_any_audience_and_the_index_of_triggers_answer_as_the_specification_word_by_word(
    play: Play, campaigns: dict[str, Written], segment: Written
) -> None:
    try:
        compared(play, campaigns, segment)
    except TooNear:
        return
