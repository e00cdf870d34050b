"""`decide`: what follows from one occurrence for one customer. Pure and total."""

from collections.abc import Sequence

from kairos.domain import context, facts, manners, merge, replies, settling, timers, watching
from kairos.domain.chain import advance
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Decision, PutConsent
from kairos.domain.entering import enter, hope_again, reach_goal
from kairos.domain.events import Consent, Event, Heard, Json, Millis, Occurrence, Wake
from kairos.domain.identity import short_hash
from kairos.domain.journey import Goal
from kairos.domain.lasts import moment_of, same_of, value_hash
from kairos.domain.sending import settle
from kairos.domain.state import Customer, NeedsProfile
from kairos.domain.turn import Turn

_ROUNDS = 1_000
"""Far more than a transaction holds of what may come of them: only campaigns that start one another without end come so far."""


def decide(
    customer: Customer, heard: Heard, catalog: Catalog, now: Millis, others: Sequence[Customer] = ()
) -> Decision:  # fmt: skip
    """The customer afterwards, what is to be done, and why; `others` are devices and ids that the event says are theirs.

    Raises NeedsProfile if the profile was not read along.
    """
    if isinstance(heard, Event):
        if not others and not catalog.hears(heard):
            return Decision(customer)
        turn = _turn(customer, catalog, now, heard.id, born=heard.received)
        for other in others:
            merge.unite(turn, other, heard)
        _hear(turn, heard)
    elif not customer.state.known:
        return Decision(customer)
    else:
        turn = _turn(customer, catalog, now, heard.id if isinstance(heard, Occurrence) else "wake")
        turn.most = heard.most if isinstance(heard, Wake) else turn.most
        timers.renew(turn)
        if isinstance(heard, Occurrence):
            _occur(turn, heard)  # its messages compete with those that are due by now
            watching.review(turn, turn.now, timers.stamp(turn.now))
        for _ in range(_ROUNDS):  # a chain may be due again behind what was due
            if not timers.fire(turn):
                break
            _settle(turn)
    _settle(turn)
    timers.close(turn, woken=isinstance(heard, Wake))
    return turn.finish()


def _turn(customer: Customer, catalog: Catalog, now: Millis, cause: str, born: Millis = 0) -> Turn:
    turn = Turn(customer, catalog, now, cause)
    if turn.state.names != catalog.names:
        if turn.profile is None:
            raise NeedsProfile(customer.id)
        facts.refresh_attributes(turn.state, turn.profile, catalog)
        turn.replan = True
    turn.state.born = turn.state.born or min(born, now)
    watching.first_look(turn)
    return turn


def _occur(turn: Turn, occurrence: Occurrence) -> None:
    """An audience's campaign fires for this customer, or waits until it is that time where they are."""
    campaign = turn.catalog.campaigns.get(occurrence.campaign)
    if campaign is None:
        return
    if occurrence.local:
        timers.await_local(turn, campaign, occurrence.local, since=occurrence.time)
        return
    enter(
        turn, campaign, occurrence.event, since=occurrence.time, moment=occurrence.time, trigger=occurrence.id
    )  # fmt: skip


def _settle(turn: Turn) -> None:
    """Sends, what steps have changed, and what Kairos tells itself, until all is quiet."""
    for _ in range(_ROUNDS):
        settle(turn)
        if turn.touched:
            watching.review(turn, turn.now, timers.stamp(turn.now))
        elif turn.told:
            _hear(turn, turn.told.popleft())
        else:
            return


def _hear(turn: Turn, event: Event) -> None:
    """Facts first; then the event serves goals, exits, waits and triggers, in this order."""
    document, state, catalog = event.document, turn.state, turn.catalog
    event = replies.taken(state, event, catalog.policy)
    _take_facts(turn, event)
    turn.moved = facts.take_in(state, event, document, catalog, turn.touched) or turn.moved
    turn.publish(event)
    settling.hear(turn, event)
    _goals(turn, event, document)
    _exits(turn, event, document)
    for run in list(state.runs):
        campaign = catalog.campaigns.get(run.campaign)
        position = campaign.index.get(run.step) if campaign else None
        if campaign and position is not None:
            on = campaign.steps[position].on
            if on is not None and on.selects(event, document):
                advance(turn, run, position, run.began)
    for campaign in catalog.concern(event.type).starting:
        starts = campaign.trigger.on is not None and campaign.trigger.on.selects(event, document)
        if starts and not event.told_by(campaign.name):
            enter(turn, campaign, document, since=event.time, moment=event.time, trigger=event.id)
    watching.review(turn, event.time, event.id, quiet=event.quiet)


def _take_facts(turn: Turn, event: Event) -> None:
    if facts.news_of_addresses(turn.state, event, turn.catalog.address_hash):
        turn.needed_profile()
    if event.attributes:
        changed = facts.set_attributes(turn.state, turn.needed_profile(), event, turn.catalog.attributes)
        turn.replan = turn.replan or bool(changed)
        turn.moved = turn.moved or manners.PAUSED_UNTIL in changed
        turn.touched |= {f"attribute:{name}" for name in changed}
    context.observe(turn, event)
    turn.moved = facts.set_addresses(turn.state, turn.profile, event, turn.catalog.address_hash) or turn.moved
    for consent, word in facts.set_consents(turn.state, event):
        turn.moved = True
        if not event.quiet:
            _tell_of_consent(turn, event, consent, word)
    turn.effects += [PutConsent(consent, event.id) for consent in event.consents]


def _tell_of_consent(turn: Turn, event: Event, consent: Consent, word: str) -> None:
    """A word that changed something is an event of its own, of when it was spoken; one that has to be confirmed is a request."""
    rule = turn.catalog.policy.topics.get(consent.topic, {}).get("consent")
    asked = word == "granted" and rule == "double_opt_in"
    type = "consent.withdrawn" if word == "withdrawn" else "consent.requested" if asked else "consent.granted"
    itself = (event.properties.get("topic"), event.properties.get("channel")) == (consent.topic, consent.channel)
    if type != event.type or not itself:
        turn.tell_at(consent.time, type, "", str(consent.time), topic=consent.topic, channel=consent.channel)


def _goals(turn: Turn, event: Event, document: Json) -> None:
    if event.type == "content.shown":
        _shown(turn, event)
    for goal in list(turn.state.goals):
        campaign = turn.catalog.campaigns.get(goal.campaign)
        on = campaign.goal if campaign else None
        if campaign is None or on is None or not on.selects(event, document) or short_hash(event.id) == goal.trigger:
            continue
        if goal.reached or not goal.since < event.time <= goal.until:
            continue
        value = value_hash(document, on.same) if on.same else None
        if value != goal.same and "-" not in (value, goal.same):
            continue
        turn.state.goals = [other for other in turn.state.goals if other is not goal]
        reach_goal(turn, campaign, goal, moment_of(on, event, document, turn.catalog.policy))


def _shown(turn: Turn, event: Event) -> None:
    """Nobody enters an inbound campaign: its goal may be reached from the moment its content is shown."""
    campaign = turn.catalog.campaigns.get(str(event.properties.get("campaign", "")))
    if not event.own or campaign is None or campaign.trigger.kind != "inbound" or campaign.goal is None:
        return
    key, variant = str(event.properties.get("key") or event.id), str(event.properties.get("variant", ""))
    same, until = "-" if campaign.goal.same else None, event.time + campaign.goal_within
    hope_again(turn, campaign, Goal(campaign.name, key, event.time, until, short_hash(event.id), same, variant))


def _exits(turn: Turn, event: Event, document: Json) -> None:
    """Whoever does what an exit names leaves; what was placed for them goes too."""
    concerned = {run.campaign for run in turn.state.runs} | {placed.campaign for placed in turn.state.placed}
    named = {
        name
        for name in concerned & turn.catalog.campaigns.keys()
        if any(exit.selects(event, document) for exit in turn.catalog.campaigns[name].exits)
    }
    for run in [run for run in turn.state.runs if run.campaign in named]:
        campaign = turn.catalog.campaigns[run.campaign]
        if manners.exited(turn.state, campaign, same_of(campaign, run.event), run.since, run.trigger):
            turn.end(run, "exited")
    turn.state.placed = [
        one
        for one in turn.state.placed
        if one.campaign not in named
        or not manners.exited(turn.state, turn.catalog.campaigns[one.campaign], one.same, one.since, one.trigger)
    ]
