"""Everything of a customer that has a moment: waits, absences, lapses, dates, local times, what passing time changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from kairos.domain import facts, forgetting, moments, watching
from kairos.domain.absence import pending
from kairos.domain.chain import reschedule, resume
from kairos.domain.definitions import Campaign
from kairos.domain.effects import PutSnapshot
from kairos.domain.entering import enter
from kairos.domain.events import Millis
from kairos.domain.identity import short_hash
from kairos.domain.journey import Armed, Run
from kairos.domain.state import as_text
from kairos.domain.turn import Turn
from kairos.domain.view import MISSING, kept

INLINE = 256
"""How many bytes of event fields a waiting timer keeps in the state; larger ones go into a snapshot."""

WAITING = 30
"""How many local times of one schedule are waited for: those of a day at most every hour."""

_DAY: Millis = 86_400_000


def fire(turn: Turn) -> bool:
    """Takes all timers due by now, by instant, as many as one commit holds; says whether there was one."""
    if _full(turn):
        return False
    due = sorted(
        ((moment, n, act) for n, (moment, act) in enumerate(_timers(turn)) if moment <= turn.now), key=lambda t: t[:2]
    )
    for moment, _, act in due:
        if _full(turn):
            break
        act()
        watching.review(turn, moment, stamp(moment))
    return bool(due)


def _full(turn: Turn) -> bool:
    return len(turn.effects) + len(turn.candidates) > turn.most


def renew(turn: Turn) -> None:
    """What was planned by other definitions is planned by these, before it fires; what stands is still told to be late."""
    if turn.state.catalog != turn.catalog.hash:
        _plan_dates(turn, {name: moment - 1 for name, (_, moment, _) in turn.state.dates.items() if moment})
        reschedule(turn)


def await_local(turn: Turn, campaign: Campaign, there: str, *, since: Millis) -> None:
    """Lets a scheduled campaign start when the customer's clock shows that time, or now if it has since it was there."""
    moment = _local_instant(turn, there)
    if moment < since:
        return
    if moment <= turn.now:
        _start_local(turn, campaign, moment, there)
        return
    waiting = turn.state.dates.get(campaign.name, ("", 0, ""))[2].split()
    _wait_for(turn, campaign, sorted({*waiting, there}))


def _wait_for(turn: Turn, campaign: Campaign, times: list[str]) -> None:
    """The local times that are waited for, the first one first."""
    if times:
        turn.state.dates[campaign.name] = ("", _local_instant(turn, times[0]), " ".join(times[:WAITING]))
    else:
        turn.state.dates.pop(campaign.name, None)


def close(turn: Turn, *, woken: bool) -> None:
    """Forgets what is over, puts large fields aside, and sets the one due moment."""
    state, catalog, now = turn.state, turn.catalog, turn.now
    facts.forget(state, catalog)
    forgetting.forget(state, catalog, now)
    for name, values in state.armed.items():
        _set_aside(turn, catalog.campaigns[name], values.values())
    for run in state.runs:
        if run.entered == now and run.campaign in catalog.campaigns:  # what it did at once it did with the whole event
            run.event = kept(run.event, catalog.campaigns[run.campaign].run_paths, catalog.campaigns[run.campaign])
    if turn.replan or state.catalog != catalog.hash:
        _plan_dates(turn)
        reschedule(turn)
    state.catalog = catalog.hash
    state.due = _due(turn, woken=woken)


def _due(turn: Turn, *, woken: bool) -> Millis | None:
    """The first moment; or the one before it that is set already, where moving it would cost more than waking for nothing.

    Whoever visits every day moves their lapse of 60 days every day: the index follows once in 60 days.
    """
    due = min((moment for moment, _ in _timers(turn)), default=None)
    set_already = turn.customer.state.due
    if woken or due is None or set_already is None or not turn.now < set_already <= due:
        return due
    return set_already if due - set_already < set_already - turn.now else due


def _timers(turn: Turn) -> Iterator[tuple[Millis, Callable[[], object]]]:
    """Every timer of the customer."""
    state, catalog = turn.state, turn.catalog
    for alarm in sorted(set(watching.alarms(turn))):  # customer facts, and so what follows from time alone, come first
        yield alarm, partial(_pass, turn, alarm)
    for run in state.runs:
        yield run.due, partial(_go_on, turn, run)
    for name, values in state.armed.items():
        campaign = catalog.campaigns.get(name)
        if campaign is None or campaign.trigger.kind != "inaction":
            continue
        for value, armed in values.items():
            if pending(state, campaign, value, armed) and (moment := _absence_due(turn, campaign, armed)) is not None:
                yield moment, partial(_fire_absence, turn, campaign, armed, moment)
    for campaign in catalog.lapsing:
        base = _last_sign(turn, campaign)
        if base > state.lapses.get(campaign.name, 0):
            yield base + campaign.trigger.wait, partial(_fire_lapse, turn, campaign, base)
    for name, (_, moment, day) in state.dates.items():
        if moment and name in catalog.campaigns:
            act = _fire_date if catalog.campaigns[name].trigger.kind == "date" else _fire_local
            yield moment, partial(act, turn, catalog.campaigns[name], moment, day)


def _pass(turn: Turn, moment: Millis) -> None:
    """Nothing happened until now: that is news for what is watched."""
    turn.state.newest = max(turn.state.newest, moment)


def _go_on(turn: Turn, run: Run) -> None:
    if any(candidate.run is run for candidate in turn.candidates):  # an occurrence has just brought it before the gates
        return
    _pass(turn, run.due)
    resume(turn, run)


def _absence_due(turn: Turn, campaign: Campaign, armed: Armed) -> Millis | None:
    until = campaign.trigger.until
    return armed.time + campaign.trigger.wait if until is None else turn.view(armed.event).resolve(until)


def _fire_absence(turn: Turn, campaign: Campaign, armed: Armed, moment: Millis) -> None:
    event, snapshot = armed.event, armed.snapshot
    armed.fired, armed.event, armed.snapshot = armed.time, {}, None
    _pass(turn, moment)
    enter(turn, campaign, event, since=armed.time, moment=moment, trigger=armed.id, snapshot=snapshot)


def _last_sign(turn: Turn, campaign: Campaign) -> Millis:
    """The last event that counts, else first sight; of somebody known before such events were counted, since then."""
    keep = campaign.trigger.count
    since, kept = turn.catalog.since.get(keep, 0), turn.state.counts.get(keep, ())
    last = kept[0][0] if kept else turn.state.born
    return last if turn.state.born >= since else max(last, since)


def _fire_lapse(turn: Turn, campaign: Campaign, base: Millis) -> None:
    moment = base + campaign.trigger.wait
    turn.state.lapses[campaign.name] = base
    _pass(turn, moment)
    enter(turn, campaign, {}, since=moment, moment=moment, trigger=stamp(moment))


def _fire_date(turn: Turn, campaign: Campaign, moment: Millis, day: str) -> None:
    turn.state.dates[campaign.name] = (day, 0, "")
    turn.replan = True
    _pass(turn, moment)
    there = moments.local(moment, turn.view({}).tz).replace(tzinfo=None).isoformat(timespec="minutes")
    enter(turn, campaign, {}, since=moment, moment=moment, trigger=there)


def _fire_local(turn: Turn, campaign: Campaign, moment: Millis, waiting: str) -> None:
    there, *others = waiting.split()
    _wait_for(turn, campaign, others)
    _pass(turn, moment)
    _start_local(turn, campaign, moment, there)


def _start_local(turn: Turn, campaign: Campaign, moment: Millis, there: str) -> None:
    """A time that is skipped is the next that exists, and the same as that: if both are asked for, they come once."""
    shown = moments.local(_local_instant(turn, there), turn.view({}).tz).replace(tzinfo=None).isoformat()
    enter(turn, campaign, {}, since=moment, moment=moment, trigger=shown)


def _plan_dates(turn: Turn, bounds: Mapping[str, Millis] | None = None) -> None:
    """The next moment of each date campaign, from the attributes of now; local times move with the customer.

    What is over for too long is passed over, unless it is behind its bound.
    """
    dates = {}
    home = moments.zone(None, turn.catalog.policy.timezone)  # a day's name stays as they move
    for campaign in turn.catalog.dated:
        date = campaign.trigger.until
        assert date is not None
        handled = turn.state.dates.get(campaign.name, ("", 0, ""))[0]
        view, bound = turn.view({}), turn.now - campaign.expires
        bound = min(bound, (bounds or {}).get(campaign.name, bound))
        value = view.read(date.path)
        found = None
        if value is not MISSING and campaign.trigger.yearly:
            found = moments.yearly(value, date.days, date.ms, date.at, view.tz, home=home, after=handled, bound=bound)
        elif value is not MISSING and (moment := view.resolve(date)) is not None:
            day = moments.day_named(value, home)
            found = (day, moment) if moment > bound and day > handled else None
        if found or handled:
            dates[campaign.name] = (handled, found[1], found[0]) if found else (handled, 0, "")
    waiting = {name: times.split() for name, (_, _, times) in turn.state.dates.items()}
    turn.state.dates = dates
    for campaign in turn.catalog.scheduled:  # what is only a day was planned when the campaign had a date
        _wait_for(turn, campaign, [time for time in waiting.get(campaign.name, ()) if "T" in time])


def _local_instant(turn: Turn, there: str) -> Millis:
    """When the customer's clock shows that time (ISO, without a zone)."""
    wall = datetime.fromisoformat(there)
    return moments.instant(wall.date(), moments.clock(wall), turn.view({}).tz)


def _set_aside(turn: Turn, campaign: Campaign, armed: Iterable[Armed]) -> None:
    for one in armed:
        if one.snapshot is None and one.event and len(str(one.event)) > INLINE:
            name = short_hash("\x1f".join((campaign.name, one.id, as_text(one.event))), 9)
            until = (_absence_due(turn, campaign, one) or turn.now) + turn.catalog.policy.keys  # as long as its entry
            turn.effects.append(PutSnapshot(name, one.event, until))
            one.snapshot, one.event = name, kept(one.event, campaign.decision_paths, campaign)


def stamp(moment: Millis) -> str:
    """A due moment as it stands in keys."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")
