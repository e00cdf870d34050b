"""What a user buys (docs/reliability.md), checked against all that a run has written, and all that the world outside saw."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from kairos.domain import manners, moments
from kairos.domain.effects import PutEntry
from kairos.domain.events import Millis
from kairos.domain.reach import places_of
from kairos.domain.turn import SETTLING
from kairos.service.deliver import TRIES
from kairos.service.ports import StoredMessage
from tests.simulation.definitions import catalogs
from tests.simulation.history import History
from tests.simulation.reflected import the_whole_audience_is_judged, what_was_heard_is_in_the_state
from tests.simulation.stack import Stack
from tests.simulation.weather import CALM

Promise = Callable[[Stack, History], Iterator[str]]

_UNDECIDED: Final = ("pending", "sending", "in_doubt")


def nothing_accepted_is_lost(stack: Stack, history: History) -> Iterator[str]:
    """It is in the archive, in `rejected`, or in a dead-letter queue."""
    kept = stack.world.aside + json.dumps(stack.world.archived())
    for id in stack.told.accepted:
        if json.dumps(id) not in kept:
            yield f"event {id} is nowhere"


def everything_comes_to_an_end(stack: Stack, history: History) -> Iterator[str]:
    """No message stays under way, none in doubt; nothing is due that nobody sees to."""
    for (customer, id), moves in history.messages.items():
        message = moves[-1].message
        if message.status in _UNDECIDED and (message.due or 0) <= stack.last:
            yield f"message {id} of {customer} ({message.put.campaign}/{message.put.step}) stays {message.status}"
    for customer, state in history.customers.items():
        if state.due is not None and state.due <= stack.scheduler.now - 600_000:
            yield f"{customer} was due {stack.scheduler.now - state.due} ms ago"


def nobody_is_put_aside(stack: Stack, history: History) -> Iterator[str]:
    """Troubles pass: nothing that could be worked off later ends as a dead letter, no client goes away unanswered."""
    for body in stack.world.dead:
        yield f"dead: {body[:120]}"
    if stack.told.unanswered:
        yield f"{stack.told.unanswered} calls were never answered well"


def marketing_goes_out_at_most_once(stack: Stack, history: History) -> Iterator[str]:
    """Whatever the channels tried (but a restored state may try another); what a customer has to know at most three times."""
    found = {id: moves[0].message.put for (_, id), moves in history.messages.items()}
    sent: Counter[tuple[str, ...]] = Counter()
    for _, _, customer, id, channel in stack.told.taken:
        if (put := found.get(id)) is None:
            yield f"message {id} was sent, but never written"
            continue
        who = "transactional" if put.transactional else _person(customer, history)
        sent[put.campaign, put.key, f"{put.step} {channel if _restored(stack) else ''}", who] += 1
    for (campaign, key, step, who), times in sent.items():
        if times > (TRIES if who == "transactional" else 1):
            yield f"{campaign}/{step} of {key} went out {times} times ({who})"


def sent_means_taken(stack: Stack, history: History) -> Iterator[str]:
    """A message is called sent only if its provider took it, and refused or unsent only if none did."""
    taken = {id for _, _, _, id, _ in stack.told.taken} | set(stack.told.emitted)
    for (customer, id), moves in history.messages.items():
        status = moves[-1].message.status
        if status == "sent" and id not in taken:
            yield f"message {id} of {customer} is called sent"
        if status in ("refused", "pending") and id in taken:
            yield f"message {id} of {customer} is called {status}, but went out"


def no_claim_follows_an_opt_out(stack: Stack, history: History) -> Iterator[str]:
    """At the commit of a marketing claim the state of that moment allows it."""
    for (customer, id), moves in history.messages.items():
        for before, after in pairwise(moves):
            put = after.message.put
            if (before.message.status, after.message.status) != ("pending", "sending") or put.transactional:
                continue
            if put.channel == "event":
                continue
            state = history.state_at(_owner(customer, after.sequence, history), after.sequence)
            policy = catalogs()[0].policy
            if state is None or not manners.consented(state, policy, put.topic, put.channel):
                yield f"message {id} of {customer} was claimed without consent to {put.topic} by {put.channel}"


def an_answered_opt_out_is_kept(stack: Stack, history: History) -> Iterator[str]:
    """Behind the page's answer it is withdrawn, or queued because it could not be committed; in the end it is withdrawn."""
    for sequence, moment, customer, topic, channel in stack.told.opted_out:
        name = f"{topic}/{channel}"
        state = history.customers.get(customer)
        word, time, _ = state.consents.get(name, ("", 0, 0)) if state else ("", 0, 0)
        if word != "withdrawn" and time <= moment:
            yield f"{customer} left {name}, and that is {word or 'nothing'} now"
        then = history.state_at(customer, sequence)
        if then is None or then.consents.get(name, ("",))[0] != "withdrawn":
            continue  # it was queued
        for (_, id), moves in history.messages.items():
            put = moves[0].message.put
            for claim in moves if (put.topic, put.channel) == (topic, channel) else ():
                mine = claim.message.status == "sending" and claim.message.owner == customer
                if mine and claim.sequence > sequence and _word(history, customer, claim.sequence, name)[1] <= moment:
                    yield f"message {id} of {customer} was claimed after they left {name}"


def _word(history: History, customer: str, sequence: int, name: str) -> tuple[str, Millis, Millis]:
    state = history.state_at(customer, sequence)
    return state.consents.get(name, ("", 0, 0)) if state else ("", 0, 0)


def every_message_has_its_entry(stack: Stack, history: History) -> Iterator[str]:
    """Decided and entered in one write; and one key is entered once (it is a key of the table)."""
    for (customer, id), moves in history.messages.items():
        put = moves[0].message.put
        if put.channel == "event":
            continue
        known = {(entry.campaign, entry.key) for entry in history.entries.get(customer, ())}
        if (put.campaign, put.key) not in known:
            yield f"message {id} of {customer} is of an entry ({put.campaign}, {put.key}) that is not there"


def caps_hold(stack: Stack, history: History) -> Iterator[str]:
    """By the time of decision, among all that may have gone out; a restored state has forgotten places taken since."""
    if _restored(stack):
        return
    for customer, state in history.customers.items():
        if state.moved:
            continue
        mine = _decided(customer, history)
        for cap in catalogs()[0].policy.caps:
            for time, message in mine:
                put = message.put
                if (cap.channels and put.channel not in cap.channels) or (cap.topics and put.topic not in cap.topics):
                    continue
                rivals = [
                    other.put.id
                    for when, other in mine
                    if time - cap.per < when <= time
                    and (not cap.channels or other.put.channel in cap.channels)
                    and (not cap.same or getattr(other.put, cap.same) == getattr(put, cap.same))
                ]
                if len(rivals) > cap.at_most:
                    yield f"{customer} has {len(rivals)} of at most {cap.at_most} in {cap.per} ms ({cap.same or cap.channels})"


def cooldowns_hold(stack: Stack, history: History) -> Iterator[str]:
    """Nobody enters inside a cooldown, but where every send of the entry before was refused; restored states forget."""
    if _restored(stack):
        return
    for customer, entries in history.entries.items():
        if (state := history.customers.get(customer)) is None or state.moved or _was_merged(customer, history):
            continue
        for campaign in catalogs()[0].campaigns.values():
            if not campaign.cooldown:
                continue
            mine = sorted((e for e in entries if e.campaign == campaign.name), key=lambda e: e.entered)
            for before, after in pairwise(mine):
                if after.entered - before.entered < campaign.cooldown and not _all_refused(customer, before, history):
                    yield f"{customer} entered {campaign.name} {after.entered - before.entered} ms after the last time"


def the_audience_is_found(stack: Stack, history: History) -> Iterator[str]:
    """The index has everybody where their state says that they are."""
    catalog = catalogs()[stack.version]
    for customer, state in history.customers.items():
        if state.moved or state.indexed != catalog.index:
            continue
        for place in places_of(state, catalog, stack.scheduler.now):
            if not stack.world.stands(place, customer):
                yield f"{customer} is not found at {place}"


def addresses_know_their_owners(stack: Stack, history: History) -> Iterator[str]:
    """Who is found by an address is who can be reached there by their newest state; restored states forget who moved."""
    if _restored(stack):
        return
    has = {(address, who) for who, state in history.customers.items() if not state.moved for address in state.owned}
    yield from (f"{who} is not found at {address}" for address, who in sorted(has - history.owners))
    yield from (f"{who} is still found at {address}" for address, who in sorted(history.owners - has))


def nobody_is_texted_at_night(stack: Stack, history: History) -> Iterator[str]:
    """By the clock where the customer is; two minutes are for what was on its way."""
    policy = catalogs()[0].policy
    for sequence, moment, customer, id, channel in stack.told.taken if not stack.weather.skewed else ():
        put = history.messages[_home(id, history), id][0].message.put
        state = history.state_at(customer, sequence)
        if channel != "sms" or put.transactional or state is None:
            continue
        name = next(iter(state.attributes.get("timezone", {}).values()), policy.timezone)
        hours = {moments.local(at, moments.zone(name, policy.timezone)).hour for at in (moment, moment - 120_000)}
        if all(hour >= 21 or hour < 8 for hour in hours):
            yield f"{customer} was texted at {sorted(hours)} h in {name}"


def in_calm_weather_all_is_prompt(stack: Stack, history: History) -> Iterator[str]:
    """Where nothing goes wrong and nobody stops anything, a message is on its way within a minute and a half."""
    if stack.weather != CALM or any(deed.kind == "stop" for deed in stack.story.deeds):
        return
    for (customer, id), moves in history.messages.items():
        claimed = next((move.at for move in moves if move.message.status == "sending"), None)
        if claimed is not None and claimed > moves[0].at + 90_000:
            yield f"message {id} of {customer} waited {claimed - moves[0].at} ms"


def a_broken_template_is_refused(stack: Stack, history: History) -> Iterator[str]:
    """It was never given to a provider, so nobody may be in doubt about it."""
    for (customer, id), moves in history.messages.items():
        for move in moves:
            if move.message.put.template == "broken" and move.message.status in ("sending", "in_doubt", "given_up"):
                yield f"message {id} of {customer} has nothing to say and is {move.message.status}"


def no_refusal_rests_on_an_old_look(stack: Stack, history: History) -> Iterator[str]:
    """Who is refused, is on a state that was the newest when the worker began, or a newer one."""
    for began, record in stack.told.records:
        if record["outcome"] != "refused" or "message" in record:
            continue
        state = history.state_at(record["customer"], began)
        if state and state.version > record.get("version", 0):
            yield f"{record['customer']} was refused {record['campaign']} ({record['reason']}) on an old state"


PROMISES: Final[tuple[Promise, ...]] = (
    nothing_accepted_is_lost, nobody_is_put_aside, everything_comes_to_an_end, marketing_goes_out_at_most_once, sent_means_taken,
    no_claim_follows_an_opt_out, an_answered_opt_out_is_kept, every_message_has_its_entry, caps_hold, cooldowns_hold,
    nobody_is_texted_at_night, in_calm_weather_all_is_prompt, a_broken_template_is_refused,
    no_refusal_rests_on_an_old_look, the_audience_is_found, addresses_know_their_owners, what_was_heard_is_in_the_state, the_whole_audience_is_judged,
)  # fmt: skip


def _restored(stack: Stack) -> bool:
    return any(deed.kind == "restore" for deed in stack.story.deeds)


def _person(customer: str, history: History) -> str:
    state = history.customers.get(customer)
    return state.heir if state and state.heir else customer


def _home(id: str, history: History) -> str:
    """Under whom a message was written."""
    return next(customer for customer, message in history.messages if message == id)


def _owner(customer: str, sequence: int, history: History) -> str:
    state = history.state_at(customer, sequence)
    return state.heir if state and state.heir else customer


def _was_merged(customer: str, history: History) -> bool:
    return any(state.heir == customer for state in history.customers.values())


def _decided(customer: str, history: History) -> list[tuple[Millis, StoredMessage]]:
    """Marketing messages of somebody that may have gone out, by the time of their decision."""
    lives = [moves[-1].message for (who, _), moves in history.messages.items() if who == customer]
    firsts = {moves[0].message.put.id: moves[0].message for moves in history.messages.values()}
    return [
        (firsts[message.put.id].due - SETTLING, message)
        for message in lives
        if message.status != "refused" and not message.put.transactional and message.put.channel != "event"
    ]


def _all_refused(customer: str, entry: PutEntry, history: History) -> bool:
    mine = [
        moves[-1].message.status
        for (who, _), moves in history.messages.items()
        if who == customer and (moves[0].message.put.campaign, moves[0].message.put.key) == (entry.campaign, entry.key)
    ]
    return all(status == "refused" for status in mine)
