"""Customers under a clock: where they are, what they hear of, and when something came of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from kairos.domain.definitions import Catalog
from kairos.domain.events import Millis
from tests.unit.domain.properties.lives import Told
from tests.unit.domain.shop import campaign, event, joined, on, send
from tests.unit.domain.zones.clocks import DAY, HOUR, MINUTE, Second, millis

AROUND: Final = (
    -14 * HOUR, -HOUR, -30 * MINUTE - 1, -1, 0, 15 * MINUTE, 20 * MINUTE + 30, 45 * MINUTE, HOUR, 75 * MINUTE, 5 * HOUR,
)  # fmt: skip
"""How far from a transition something happens."""

KEYED: Final[dict[str, Any]] = {"key": [{"ref": ["event", "id"]}], "topic": "service"}
"""Each event enters for itself, and what is sent asks for nobody's leave."""


def whenever(type: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A campaign that every event of the type starts."""
    return campaign({"kind": "event", "on": on(type)}, *steps, **KEYED | more)


def hello(**more: Any) -> dict[str, Any]:
    return send("hello", "email", **more)


def there(catalog: Catalog, zone: str, since: Second, **attributes: Any) -> Told:
    """Somebody who lives in that zone."""
    life = Told(catalog)
    life.hear(joined(millis(since), timezone=zone, **attributes))
    phone = {"push": [{"token": "t", "platform": "fcm"}]}
    return life.hear(event("kairos.customer", millis(since), "app", own=True, addresses=phone))


def moves(life: Told, at: Second, zone: str) -> None:
    """They live in another zone from then on."""
    life.until(millis(at) - 1)
    life.hear(event("kairos.customer", millis(at), own=True, attributes={"backend": {"timezone": zone}}))
    life.until(millis(at))


def hears(life: Told, moments: Iterable[Second], *types: str, **properties: Any) -> None:
    """Events of these types, turn by turn, at these moments; what is due between them takes place."""
    for number, at in enumerate(sorted(moments)):
        life.until(millis(at) - 1)
        life.hear(event(types[number % len(types)], millis(at), str(at), **properties))
    life.until(life.now + 3 * DAY * 1000)


def went(life: Told, campaign: str) -> dict[str, Millis]:
    """When each message of a campaign was decided, by its entry's key; none of them twice."""
    keys = Counter(message.key for _, message in life.decided if message.campaign == campaign)
    assert set(keys.values()) <= {1}, keys
    return {message.key: now for now, message in life.decided if message.campaign == campaign}
