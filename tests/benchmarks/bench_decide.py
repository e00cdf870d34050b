"""What a decision costs: pure, with 1,000 definitions, beside parsing the same event and a naive loop over all of them."""

import json
import timeit
from collections.abc import Callable

import orjson

from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.state import State
from tests.unit.domain.shop import CART, DAY, HOUR, T0, Life, campaign, catalog, event, joined, started

TOYS = {"properties": {"category": ["toys"]}}
ELEVEN = {"did": {"event": ["page.viewed"], "match": TOYS, "within": 7 * DAY, "at_least": 11}}


def definitions(many: int) -> Catalog:
    """The cart, the toys and `many` campaigns that hear other events."""
    others = {
        f"other_{n}": campaign(
            started(f"type.{n}"),
            audience={"did": {"event": [f"type.{n}"], "match": None, "within": 7 * DAY, "at_least": 3}},
        )
        for n in range(many)
    }
    return catalog(
        cart=CART, toys=campaign(started("page.viewed", match=TOYS), audience=ELEVEN, key=["toys"]), **others
    )


def micros(call: Callable[[], object], times: int = 3000) -> float:
    """Microseconds a call, the best of five."""
    return min(timeit.repeat(call, number=times, repeat=5)) / times * 1e6


def main() -> None:
    view = event("page.viewed", T0 + 6 * DAY, category="toys", product="a wooden train", price=249.0)
    raw = orjson.dumps({"id": view.id, "type": view.type, "time": view.time, "properties": dict(view.properties)})
    parse = micros(lambda: orjson.loads(raw))
    print(
        f"{'definitions':>12} {'decide µs':>10} {'of it pack µs':>14} {'hears µs':>9} {'× orjson':>9} {'× naive loop':>13}"
    )
    for many in (10, 100, 1_000, 10_000):
        known = definitions(many)
        life = Life(known).hear(joined())
        for hour in range(9):
            life.hear(event("page.viewed", T0 + hour * HOUR, category="toys"))
        someone = life.customer
        cost = micros(lambda: decide(someone, view, known, T0 + 6 * DAY), 1000)  # noqa: B023 - called at once
        pack = micros(someone.state.pack, 1000)
        hears = micros(lambda: known.hears(view), 1000)  # noqa: B023 - called at once
        document = view.document
        naive = micros(
            lambda: [c for c in known.campaigns.values() if c.trigger.on and c.trigger.on.selects(view, document)],  # noqa: B023 - called at once
            100,
        )
        print(f"{many:>12} {cost:>10.1f} {pack:>14.1f} {hears:>9.2f} {cost / parse:>9.1f} {naive / cost:>12.1f}×")
    state = someone.state
    read = micros(lambda: State.unpack(state.raw, version=1, guard=0))
    print(
        f"one state: {len(state.raw)} bytes, unpacked in {read:.1f} µs; as plain JSON {len(json.dumps(_readable(state)))} bytes"
    )


def _readable(state: State) -> dict[str, object]:
    return {
        name: getattr(state, name)
        for name in ("born", "newest", "attributes", "consents", "addresses", "counts", "lasts")
    }


if __name__ == "__main__":
    main()
