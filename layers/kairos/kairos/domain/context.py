"""Where a customer is and what they read, by the context of their events: behaviour, which says so where they do not themselves."""

import re
from collections.abc import Iterable
from typing import Any, Final

from kairos.domain import facts, moments
from kairos.domain.events import Event, Millis
from kairos.domain.state import Fact, Profile, State
from kairos.domain.turn import Turn

SOURCE: Final = "behaviour"
OBSERVED: Final = ("timezone", "locale")
Seen = tuple[Millis, Millis]
"""When it was so, and when that was received: of one instant the later received stands, as everywhere."""
NEVER: Final[Seen] = (-1, 0)
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}", re.ASCII)


def observe(turn: Turn, event: Event) -> None:
    """Takes the newest zone and locale; the profile is read only where one is another than before. Raises NeedsProfile."""
    if event.own:
        return
    for name in OBSERVED:
        value, state = event.context.get(name), turn.state
        if not _says(name, value):
            continue
        known, last = state.attributes.get(name, {}).get(SOURCE), state.observed.get(name, NEVER)
        if (event.time, event.received, value) <= (*last, known or ""):
            continue
        state.observed[name] = (event.time, event.received)
        if value != known:
            kept = turn.needed_profile().attributes.setdefault(SOURCE, {})
            kept[name] = Fact(value, event.time, event.received)
            facts.show(state, name, SOURCE, value)
            turn.touched.add(f"attribute:{name}")
            turn.replan = True


def last_of(customers: Iterable[tuple[State, Profile]]) -> dict[str, tuple[Seen, Fact]]:
    """What was observed last of any of these, by name: when, and the value as their profile has it."""
    last: dict[str, tuple[Seen, Fact]] = {}
    for state, profile in customers:
        for name, seen in state.observed.items():
            fact = profile.attributes.get(SOURCE, {}).get(name)
            if fact is not None and (name not in last or (seen, fact.value) > (last[name][0], last[name][1].value)):
                last[name] = seen, fact
    return last


def _says(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return moments.is_zone(value) if name == "timezone" else _LOCALE.fullmatch(value) is not None
