"""`decide`: what follows from one occurrence for one customer. Pure and total."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from kairos.domain import facts, moments
from kairos.domain.chain import advance, resume
from kairos.domain.definitions import Campaign, Catalog
from kairos.domain.effects import Decision, PutConsent, PutSnapshot
from kairos.domain.entering import enter
from kairos.domain.events import Event, Json, Millis, Wake
from kairos.domain.facts import LATE, known, pending, value_hash
from kairos.domain.identity import short_hash
from kairos.domain.journey import Armed
from kairos.domain.sending import settle
from kairos.domain.settling import settle_report, suppress
from kairos.domain.state import Customer, NeedsProfile
from kairos.domain.turn import Turn
from kairos.domain.view import MISSING, dig, project

INLINE = 256
"""How many bytes of event fields a waiting timer keeps in the state; larger ones go into a snapshot."""

_ROUNDS = 100
_DAY: Millis = 86_400_000


def decide(customer: Customer, occurrence: Event | Wake, catalog: Catalog, now: Millis) -> Decision:
    """The customer afterwards, what is to be done, and why. Raises NeedsProfile if the profile was not read along."""
    if isinstance(occurrence, Event):
        if not catalog.hears(occurrence):
            return Decision(customer)
        turn = _turn(customer, catalog, now, occurrence.id)
        if not turn.state.born:
            turn.state.born = occurrence.received
        _hear(turn, occurrence)
    else:
        if not customer.state.version:
            return Decision(customer)
        turn = _turn(customer, catalog, now, "wake")
        for _ in range(_ROUNDS):  # a chain may be due again behind what was due
            if not _wake(turn):
                break
            _settle(turn)
    _settle(turn)
    _close(turn)
    return turn.finish()


def _turn(customer: Customer, catalog: Catalog, now: Millis, cause: str) -> Turn:
    turn = Turn(customer, catalog, now, cause)
    if turn.state.names != catalog.names:
        if turn.profile is None:
            raise NeedsProfile(customer.id)
        facts.refresh_attributes(turn.state, turn.profile, catalog)
    return turn


def _settle(turn: Turn) -> None:
    """Sends, and what Kairos tells itself of them, until all is quiet."""
    for _ in range(_ROUNDS):
        settle(turn)
        if not turn.told:
            return
        event = turn.told.popleft()
        _hear(turn, event)


def _hear(turn: Turn, event: Event) -> None:
    """Facts first; then the event serves goals, exits, waits and triggers, in this order."""
    document, state, catalog = event.document, turn.state, turn.catalog
    _take_facts(turn, event)
    turn.moved = facts.take_in(state, event, document, catalog) or turn.moved
    turn.publish(event)
    if event.type == "message.refused":
        settle_report(turn, event)
    elif event.type in ("message.bounced", "message.complained") and event.properties.get("permanent"):
        suppress(turn, str(event.properties["channel"]), str(event.properties["address_hash"]))
    _goals(turn, event, document)
    for run in list(state.runs):
        campaign = catalog.campaigns.get(run.campaign)
        same = {e.keep: value_hash(run.event, e.same) for e in campaign.exits} if campaign else {}
        if campaign and any(
            exit.selects(event, document) and known(state, exit, same[exit.keep], run.since, run.trigger)
            for exit in campaign.exits
        ):  # fmt: skip
            turn.end(run, "exited")
    for run in list(state.runs):
        campaign = catalog.campaigns.get(run.campaign)
        position = campaign.index.get(run.step) if campaign else None
        if campaign and position is not None:
            on = campaign.steps[position].on
            if on is not None and on.selects(event, document):
                advance(turn, run, position, run.began)
    for campaign in catalog.concern(event.type).starting:
        own = event.own and event.properties.get("campaign") == campaign.name
        if not own and campaign.trigger.on is not None and campaign.trigger.on.selects(event, document):
            enter(turn, campaign, document, since=event.time, moment=event.time, trigger=event.id)


def _take_facts(turn: Turn, event: Event) -> None:
    if event.attributes or facts.news_of_addresses(turn.state, event):
        turn.needed_profile()
    turn.replan = facts.set_attributes(turn.state, turn.profile, event, turn.catalog.attributes) or turn.replan
    turn.moved = facts.set_addresses(turn.state, turn.profile, event) or turn.moved
    if event.consents:
        turn.moved = facts.set_consents(turn.state, event) or turn.moved
        turn.effects += [PutConsent(consent, event.id) for consent in event.consents]


def _goals(turn: Turn, event: Event, document: Json) -> None:
    for goal in list(turn.state.goals):
        campaign = turn.catalog.campaigns.get(goal.campaign)
        on = campaign.goal if campaign else None
        if campaign is None or on is None or not on.selects(event, document) or event.id == goal.trigger:
            continue
        if not goal.since < event.time <= goal.until:
            continue
        value = value_hash(document, on.same) if on.same else None
        if value != goal.same and "-" not in (value, goal.same):
            continue
        turn.state.goals = [other for other in turn.state.goals if other is not goal]
        worth = dig(document, campaign.goal_value) if campaign.goal_value else MISSING
        amount = _amount(worth)
        turn.record(goal.campaign, goal.key, "goal", value=amount)
        turn.tell("goal.reached", goal.campaign, goal.key, value=amount)


def _amount(worth: object) -> float:
    """A number as it is; whatever is none, or none that can be added up, counts as nothing."""
    if isinstance(worth, bool) or not isinstance(worth, int | float) or not abs(worth) < 1e15:
        return 0.0
    return float(worth)


def _wake(turn: Turn) -> bool:
    """Takes all timers due by now, by instant; says whether there was one."""
    due = sorted(
        ((moment, n, fire) for n, (moment, fire) in enumerate(_timers(turn)) if moment <= turn.now), key=lambda t: t[:2]
    )
    for _, _, fire in due:
        fire()
    return bool(due)


def _timers(turn: Turn) -> Iterator[tuple[Millis, Callable[[], None]]]:
    """Every timer of the customer: runs, absences, dates."""
    for run in turn.state.runs:
        yield run.due, partial(resume, turn, run)
    for name, values in turn.state.armed.items():
        campaign = turn.catalog.campaigns.get(name)
        if campaign is None or campaign.trigger.kind != "inaction":
            continue
        for value, armed in values.items():
            if (
                pending(turn.state, campaign, value, armed)
                and (moment := _absence_due(turn, campaign, armed)) is not None
            ):
                yield moment, partial(_fire_absence, turn, campaign, armed, moment)
    for name, (_, moment, day) in turn.state.dates.items():
        if moment and name in turn.catalog.campaigns:
            yield moment, partial(_fire_date, turn, turn.catalog.campaigns[name], moment, day)


def _absence_due(turn: Turn, campaign: Campaign, armed: Armed) -> Millis | None:
    until = campaign.trigger.until
    return armed.time + campaign.trigger.wait if until is None else turn.view(armed.event).resolve(until)


def _fire_absence(turn: Turn, campaign: Campaign, armed: Armed, moment: Millis) -> None:
    event, snapshot = armed.event, armed.snapshot
    armed.fired, armed.event, armed.snapshot = armed.time, {}, None
    turn.state.newest = max(turn.state.newest, moment)
    enter(turn, campaign, event, since=armed.time, moment=moment, trigger=armed.id, snapshot=snapshot)


def _fire_date(turn: Turn, campaign: Campaign, moment: Millis, day: str) -> None:
    turn.state.dates[campaign.name] = (day, 0, "")
    turn.replan = True
    turn.state.newest = max(turn.state.newest, moment)
    there = moments.local(moment, turn.view({}).tz).replace(tzinfo=None).isoformat(timespec="minutes")
    enter(turn, campaign, {}, since=moment, moment=moment, trigger=there)


def _plan_dates(turn: Turn) -> None:
    """The next moment of each date campaign, from the attributes of now."""
    dates = {}
    for campaign in turn.catalog.dated:
        date = campaign.trigger.until
        assert date is not None
        handled = turn.state.dates.get(campaign.name, ("", 0, ""))[0]
        view, bound = turn.view({}), turn.now - campaign.expires
        value = view.read(date.path)
        found = None
        if value is not MISSING and campaign.trigger.yearly:
            found = moments.yearly(value, date.days, date.ms, date.at, view.tz, after=handled, bound=bound)
        elif value is not MISSING and (moment := view.resolve(date)) is not None:
            day = moments.local(moment, view.tz).date().isoformat()
            found = (day, moment) if moment > bound and day > handled else None
        if found or handled:
            dates[campaign.name] = (handled, found[1], found[0]) if found else (handled, 0, "")
    turn.state.dates = dates


def _close(turn: Turn) -> None:
    """Forgets what is over, puts large fields aside, and sets the one due moment."""
    state, catalog, now = turn.state, turn.catalog, turn.now
    facts.forget(state, catalog)
    for name in [name for name in state.recents if name not in catalog.campaigns]:
        del state.recents[name]
    for name, recents in state.recents.items():
        span = max([_DAY, catalog.campaigns[name].remember, *(s for _, s in catalog.campaigns[name].groups)])
        state.recents[name] = [r for r in recents if not r.ended or r.entered > now - span]
    longest = max([_DAY, *(cap.per for cap in catalog.policy.caps)])
    state.sends = [sent for sent in state.sends if sent.time > now - longest]
    state.goals = [goal for goal in state.goals if goal.until + LATE > now]
    for name, values in state.armed.items():
        _set_aside(turn, catalog.campaigns[name], values.values())
    if turn.replan or state.catalog != catalog.hash:
        _plan_dates(turn)
    state.catalog = catalog.hash
    state.due = min((moment for moment, _ in _timers(turn)), default=None)


def _set_aside(turn: Turn, campaign: Campaign, armed: Iterable[Armed]) -> None:
    for one in armed:
        if one.snapshot is None and one.event and len(str(one.event)) > INLINE:
            name = short_hash(one.id, 9)
            until = (_absence_due(turn, campaign, one) or turn.now) + campaign.expires + 30 * _DAY
            turn.effects.append(PutSnapshot(name, one.event, until))
            one.snapshot, one.event = name, project(one.event, campaign.decision_paths)
