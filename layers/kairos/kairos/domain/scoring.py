"""Lead score and fit grade: what a customer does and is, as one number and one letter."""

from typing import TYPE_CHECKING

from kairos.domain.definitions import Count
from kairos.domain.events import Millis

if TYPE_CHECKING:
    from kairos.domain.view import View


def inside(view: "View", count: Count) -> list[Millis]:
    """The moments of a count that lie in its window, newest first."""
    now = view.fact_now
    start = None if count.within is None else now - count.within
    kept = view.state.counts.get(count.keep, ())
    return [moment[0] for moment in kept if moment[0] <= now and (start is None or moment[0] > start)]


def known_from(view: "View", count: Count) -> Millis | None:
    """The moment at which the count's whole window is known; None: it is."""
    since = view.catalog.since.get(count.keep, 0)
    if count.within is None or view.state.born >= since or view.fact_now - count.within >= since:
        return None
    return since + count.within


def score(view: "View") -> tuple[float, float]:
    """The least and the most that the score can be; they differ while something was not counted long enough."""
    low = high = float(view.state.points)
    for count, points in view.catalog.policy.scoring:
        moments = inside(view, count)
        if moments and count.within is not None:
            view.note(moments[-1] + count.within)
        missing = 0
        if (known := known_from(view, count)) is not None:
            view.note(known)
            missing = count.newest - len(moments)
        low += points * len(moments) + min(points * missing, 0)
        high += points * len(moments) + max(points * missing, 0)
    return _plain(low), _plain(high)


def grades(view: "View") -> list[str | None]:
    """Every grade that it can be, None being none; more than one while something is unknown."""
    possible: list[str | None] = []
    for grade, when in view.catalog.policy.grades:
        truth = when(view)
        if truth is not False:
            possible.append(grade)
        if truth:
            return possible
    return [*possible, None]


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number
