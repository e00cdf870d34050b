"""Segments and values whose change starts campaigns: what they show is remembered, and compared when it may have changed."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from kairos.domain import scoring
from kairos.domain.conditions import compile_condition
from kairos.domain.definitions import Catalog, Watch
from kairos.domain.entering import enter
from kairos.domain.events import Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.needs import Needs
from kairos.domain.pattern import compile_pattern
from kairos.domain.state import State
from kairos.domain.turn import Turn
from kairos.domain.view import MISSING, View

_ROUNDS: Final = 20
_UNKNOWN: Final = object()
Fires = Callable[[str, str], bool]


def segment(name: str, needs: Needs) -> Callable[[View], str | None]:
    """What shows whether somebody is in a segment."""
    condition = compile_condition({"segment": name}, needs)

    def look(view: View) -> str | None:
        truth = condition(view)
        return None if truth is None else str(int(truth))

    return look


def moves(way: str) -> Fires:
    """Whether somebody `enters` or `leaves`."""
    return (lambda before, after: after == "1") if way == "enters" else (lambda before, after: after == "0")


def change(node: Json, needs: Needs) -> tuple[Callable[[View], str | None], Fires]:
    """What shows the value of a change trigger, and which changes of it fire."""
    path = needs.reference(node["of"])
    if node.get("at_least") is not None or node.get("at_most") is not None:
        return _threshold(path, node, needs), moves("enters")
    was, now = (
        compile_pattern({"value": node[side]}) if node.get(side) is not None else None for side in ("from", "to")
    )

    def look(view: View) -> str | None:
        value = _value(path, view)
        if value is _UNKNOWN:
            return None
        document = {} if value is MISSING else {"value": value}
        if was is None and now is None:
            return short_hash(json.dumps(value, sort_keys=True), 4) if document else ""
        return "".join(str(int(pattern(document))) if pattern else "-" for pattern in (was, now))

    def fires(before: str, after: str) -> bool:
        if was is None and now is None:
            return True
        left = was is None or before[0] == "1"
        return left and (before[1] == "0" and after[1] == "1" if now is not None else after[0] == "0")

    return look, fires


def _threshold(path: tuple[str, ...], node: Json, needs: Needs) -> Callable[[View], str | None]:
    at_least, at_most = node.get("at_least"), node.get("at_most")
    if path[0] == "score":
        condition = compile_condition({"score": {"at_least": at_least, "at_most": at_most}}, needs)

        def scored(view: View) -> str | None:
            truth = condition(view)
            return None if truth is None else str(int(truth))

        return scored

    def look(view: View) -> str | None:
        value = view.read(path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "0"
        return str(int((at_least is None or value >= at_least) and (at_most is None or value <= at_most)))

    return look


def _value(path: tuple[str, ...], view: View) -> Any:
    if path[0] == "score":
        low, high = scoring.score(view)
        return low if low == high else _UNKNOWN
    if path[0] == "grade":
        possible = scoring.grades(view)
        grade = possible[0] if len(possible) == 1 else _UNKNOWN
        return MISSING if grade is None else grade
    return view.read(path)


def of_nobody(watch: Watch, catalog: Catalog) -> str | None:
    """What it shows of somebody of whom nothing is known."""
    return watch.look(View(State(), catalog, {}, 0))


def first_look(turn: Turn) -> None:
    """Remembers what is watched since the last look, before anything is heard: what was so already starts nothing."""
    state, catalog = turn.state, turn.catalog
    seen = max(state.looked, state.born)
    if not state.born or seen >= catalog.watched_since:
        return
    for keep, watch in catalog.watches.items():
        if catalog.since.get(keep, 0) > seen:
            _remember(turn, watch, *_look(turn, watch))
    state.looked = catalog.watched_since


def review(turn: Turn, moment: Millis, cause: str, *, everything: bool = False, quiet: bool = False) -> None:
    """Looks again at what may have changed; whatever waits for such a change starts at `moment`, unless it is `quiet`."""
    for _ in range(_ROUNDS):
        watches = turn.catalog.watches.values() if everything else _in_question(turn)
        everything = False
        turn.touched.clear()
        if not watches:
            return
        for watch in sorted(watches, key=lambda watch: watch.keep):
            before = _shown(turn, watch)
            after, alarm = _look(turn, watch)
            _remember(turn, watch, after, alarm)
            if not quiet and before is not None and after is not None and before != after:
                _start(turn, watch, before, after, moment, cause)
        if not turn.touched:
            return


def shown_by(state: State, catalog: Catalog, now: Millis) -> dict[str, str | None]:
    """What each watch shows of somebody."""
    view = View(state, catalog, {}, now)
    return {keep: watch.look(view) for keep, watch in catalog.watches.items()}


def adopt(turn: Turn, shown: Mapping[str, str | None]) -> None:
    """Everything may have changed by a merge; but what the other showed already starts nothing a second time."""
    for keep, watch in turn.catalog.watches.items():
        after, alarm = _look(turn, watch)
        if after == shown[keep]:
            _remember(turn, watch, after, alarm)
    turn.touched |= turn.catalog.watching.keys()


def alarms(turn: Turn) -> Iterable[Millis]:
    """When passing time may change what is watched."""
    return (alarm for keep, (_, alarm) in turn.state.watched.items() if alarm and keep in turn.catalog.watches)


def _in_question(turn: Turn) -> list[Watch]:
    catalog, state = turn.catalog, turn.state
    found = {watch.keep: watch for look in turn.touched for watch in catalog.watching.get(look, ())}
    for keep, (_, alarm) in state.watched.items():
        if alarm and alarm <= state.newest and keep in catalog.watches:
            found[keep] = catalog.watches[keep]
    return list(found.values())


def _shown(turn: Turn, watch: Watch) -> str | None:
    kept = turn.state.watched.get(watch.keep)
    return watch.empty if kept is None else kept[0]


def _look(turn: Turn, watch: Watch) -> tuple[str | None, Millis]:
    view = replace(turn.view({}), alarms=[])
    shown = watch.look(view)
    return shown, max(min(view.alarms), view.fact_now + 1) if view.alarms else 0


def _remember(turn: Turn, watch: Watch, shown: str | None, alarm: Millis) -> None:
    if shown == watch.empty and not alarm:
        turn.state.watched.pop(watch.keep, None)
    else:
        turn.state.watched[watch.keep] = (shown, alarm)


def _start(turn: Turn, watch: Watch, before: str, after: str, moment: Millis, cause: str) -> None:
    for name in watch.starts:
        campaign = turn.catalog.campaigns[name]
        if campaign.trigger.fires is not None and campaign.trigger.fires(before, after):
            enter(turn, campaign, {}, since=moment, moment=moment, trigger=cause)
