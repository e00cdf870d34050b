"""What a user buys (docs/reliability.md), checked against all that a run has written, and all that the world outside saw."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from kairos.domain import manners
from kairos.domain.effects import PutEntry
from kairos.domain.events import Millis
from kairos.domain.reach import places_of
from kairos.domain.state import State
from kairos.service.deliver import TRIES
from kairos.service.ports import StoredMessage
from tests.simulation.definitions import catalogs
from tests.simulation.history import History
from tests.simulation.stack import Stack

Promise = Callable[[Stack, History], Iterator[str]]

_UNDECIDED: Final = ("pending", "sending", "in_doubt")


def nothing_accepted_is_lost(stack: Stack, history: History) -> Iterator[str]:
    """It is in the archive, in `rejected`, or in a dead-letter queue."""
    kept = " ".join((*stack.world.archived(), *stack.world.bodies("rejected"), *stack.world.dead()))
    for id in stack.told.accepted:
        if json.dumps(id) not in kept.replace('\\"', '"'):
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


def marketing_goes_out_at_most_once(stack: Stack, history: History) -> Iterator[str]:
    """Whatever the channels tried; and what a customer has to know at most three times."""
    found = {id: moves[0].message.put for (_, id), moves in history.messages.items()}
    sent: Counter[tuple[str, ...]] = Counter()
    for _, _, customer, id, _ in stack.told.taken:
        if (put := found.get(id)) is None:
            yield f"message {id} was sent, but never written"
            continue
        sent[put.campaign, put.key, put.step, "transactional" if put.transactional else _person(customer, history)] += 1
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
        for before, after in zip(moves, moves[1:], strict=False):
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
            claims = [m for m in moves if m.message.status == "sending" and m.message.owner == customer]
            if (put.topic, put.channel) == (topic, channel) and any(claim.sequence > sequence for claim in claims):
                yield f"message {id} of {customer} was claimed after they left {name}"


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
    """By the time of decision, among all that may have gone out."""
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
    """Nobody enters inside a cooldown, but where every send of the entry before was refused."""
    for customer, entries in history.entries.items():
        if (state := history.customers.get(customer)) is None or state.moved or _was_merged(customer, history):
            continue
        for campaign in catalogs()[0].campaigns.values():
            if not campaign.cooldown:
                continue
            mine = sorted((e for e in entries if e.campaign == campaign.name), key=lambda e: e.entered)
            for before, after in zip(mine, mine[1:], strict=False):
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


PROMISES: Final[tuple[Promise, ...]] = (
    nothing_accepted_is_lost, everything_comes_to_an_end, marketing_goes_out_at_most_once, sent_means_taken,
    no_claim_follows_an_opt_out, an_answered_opt_out_is_kept, every_message_has_its_entry, caps_hold, cooldowns_hold,
    the_audience_is_found,
)  # fmt: skip


def broken(stack: Stack) -> list[str]:
    """Every promise that this run has broken, with whom and how."""
    history = History(stack.world.store)
    return [f"{promise.__name__}: {how}" for promise in PROMISES for how in promise(stack, history)]


def _person(customer: str, history: History) -> str:
    state = history.customers.get(customer)
    return state.heir if state and state.heir else customer


def _owner(customer: str, sequence: int, history: History) -> str:
    state = history.state_at(customer, sequence)
    return state.heir if state and state.heir else customer


def _was_merged(customer: str, history: History) -> bool:
    return any(state.heir == customer for state in history.customers.values())


def _decided(customer: str, history: History) -> list[tuple[Millis, StoredMessage]]:
    """Marketing messages of somebody that may have gone out, by the time at which their place was taken."""
    times: dict[str, Millis] = {}
    for _, state in history.states(customer):
        times |= {sent.message: sent.time for sent in state.sends if not _given_back(state, sent.message)}
    found = []
    for (who, id), moves in history.messages.items():
        message = moves[-1].message
        if id in times and message.status != "refused" and not message.put.transactional and who == customer:
            found.append((times[id], message))
    return found


def _given_back(state: State, message: str) -> bool:
    return all(sent.message != message for sent in state.sends)


def _all_refused(customer: str, entry: PutEntry, history: History) -> bool:
    mine = [
        moves[-1].message.status
        for (who, _), moves in history.messages.items()
        if who == customer and (moves[0].message.put.campaign, moves[0].message.put.key) == (entry.campaign, entry.key)
    ]
    return all(status == "refused" for status in mine)
