"""What did not happen, and what was hoped for: against a naive reading of everything that was ever heard."""

import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.events import Event, Millis
from kairos.domain.identity import short_hash
from tests.unit.domain.properties.generated import PAID, Written, shop
from tests.unit.domain.properties.lives import Happened, Told, happened, profile
from tests.unit.domain.shop import DAY, HOUR, T0, joined

END = T0
FOR, WITHIN, EXPIRES = 6 * HOUR, 3 * DAY, DAY
ORDERED: Written = {"event": "order.placed", "same": "properties.cart_id"}
LEFT: dict[str, Written] = {
    "left": {
        "trigger": {"event": "cart.updated", "match": PAID, "absent": ORDERED | {"for": "6h"}},
        "key": "{{ event.id }}", "goal": ORDERED | {"within": "3d", "value": "properties.total"},
    },
    "quiet": {
        "trigger": {"event": ["cart.updated", "page.viewed"], "absent": {"event": "order.placed", "for": "6h"}},
        "key": "{{ event.id }}", "exit": {"event": "booking.created"}, "steps": [{"wait": "2d"}, {"emit": {"type": "out"}}],
    },
}  # fmt: skip
SHOP = shop(LEFT)
STORY = st.lists(happened("cart", "order", "page", "booking"), min_size=2, max_size=12)


Line = tuple[str, str]
"""The key, which is the event's id, and the reason why it was refused, if it was."""


@dataclass
class Naive:
    """All that was delivered, and what has fired for which event."""

    heard: dict[str, Event] = field(default_factory=dict)
    fired: dict[tuple[str, str | None], Millis] = field(default_factory=dict)

    def look(self, now: Millis) -> dict[str, set[Line]]:
        """The events for whose lack of an answer each campaign lets somebody in now, or would if it were not too late."""
        return {"left": self._left(now), "quiet": self._quiet(now)}

    def _left(self, now: Millis) -> set[Line]:
        carts = [event for event in self.heard.values() if event.type == "cart.updated"]
        entered = set[Line]()
        for value in {event.properties["cart_id"] for event in carts}:
            mine = [e for e in carts if e.properties["cart_id"] == value and e.properties["total"] > 0]
            if not mine:
                continue
            last = max(mine, key=_order)
            emptied = [e for e in carts if e.properties["total"] == 0 and _order(e) > _order(last) and _equal(e, value)]
            ordered = [e for e in self._of("order.placed") if e.time >= last.time and _equal(e, value)]
            entered |= self._fire("left", value, last, now, called_off=bool(emptied or ordered))
        return entered

    def _quiet(self, now: Millis) -> set[Line]:
        seen = [*self._of("cart.updated"), *self._of("page.viewed")]
        if not seen:
            return set()
        last = max(seen, key=_order)
        ordered = any(event.time >= last.time for event in self._of("order.placed"))
        return self._fire("quiet", None, last, now, called_off=ordered)

    def _of(self, type: str) -> list[Event]:
        return [event for event in self.heard.values() if event.type == type]

    def _fire(self, name: str, value: str | None, last: Event, now: Millis, *, called_off: bool) -> set[Line]:
        due = last.time + FOR
        if called_off or due > now or self.fired.get((name, value), 0) >= last.time:
            return set()
        self.fired[name, value] = last.time
        return {(last.id, "" if now < due + EXPIRES else "expired")}

    def reached(self, cart: Event) -> list[Event]:
        """Orders of that cart in its window, the first of them first."""
        since = cart.time + FOR
        value = cart.properties["cart_id"]
        orders = [e for e in self._of("order.placed") if since < e.time <= since + WITHIN and _equal(e, value)]
        return sorted(orders, key=lambda event: event.time)

    def exited(self, trigger: Event) -> bool:
        return any(event.time >= trigger.time for event in self._of("booking.created"))


def _order(event: Event) -> tuple[Millis, Millis, str]:
    """The later counts, of one instant the one received later; of two received at once either, but always the same."""
    return event.time, event.received, short_hash(event.id)


def _equal(event: Event, value: str | None) -> bool:
    """Missing on either side is equal: in doubt, silence."""
    there = event.properties.get("cart_id")
    return there is None or value is None or there == value


@profile(200)
@given(STORY, STORY, st.randoms(use_true_random=False), st.integers(0, 2 * DAY), st.integers(DAY, 8 * DAY))
def test_who_left_and_who_reached_the_goal_in_any_order(
    first: list[Happened], second: list[Happened], shuffler: random.Random, nap: Millis, later: Millis
) -> None:
    life, naive = Told(SHOP).hear(joined(END - 30 * DAY), END - 30 * DAY), Naive()
    entered = set[str]()
    for part, (story, looks) in enumerate(((first, END + nap), (second, END + nap + later))):
        end = END if not part else looks - HOUR
        deliveries = [thing.event(end, 100 * part + number) for number, thing in enumerate(story)]
        deliveries += shuffler.choices(deliveries, k=len(deliveries) // 2)
        shuffler.shuffle(deliveries)
        for number, event in enumerate(deliveries):
            life.hear(event, end + number)
            naive.heard[event.id] = event
        before = len(life.lines)
        life.wake(looks)
        for name, expected in naive.look(looks).items():
            lines = [r for r in life.lines[before:] if r.campaign == name and r.outcome in ("entered", "refused")]
            assert {(r.key, r.reason) for r in lines} == expected and len(lines) == len(expected), (name, looks)
            told = {r.key for r in lines if r.outcome == "entered"}
            entered |= {f"{name} {key}" for key in told}
            if name == "quiet":
                gone = {r.key for r in life.lines if (r.campaign, r.outcome, r.reason) == (name, "left", "exited")}
                assert {key for key in told if naive.exited(naive.heard[key])} == gone & told
    goals = {r.key: r.value for r in life.lines if r.outcome == "goal"}
    carts = {key.partition(" ")[2] for key in entered if key.startswith("left")}
    assert goals.keys() == {key for key in carts if naive.reached(naive.heard[key])}
    assert all(
        value in {e.properties["total"] for e in naive.reached(naive.heard[key])} for key, value in goals.items()
    )


def test_the_spans_are_those_that_are_written() -> None:
    (left, quiet) = (SHOP.campaigns[name] for name in LEFT)
    assert (left.trigger.wait, quiet.trigger.wait, left.goal_within, left.expires) == (FOR, FOR, WITHIN, EXPIRES)
