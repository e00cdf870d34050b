"""What is decided: each entry once, within caps and cooldowns, on the newest state, and what steps did counted once."""

from collections.abc import Iterator
from functools import cache

from kairos.domain.effects import PutEntry
from kairos.domain.events import Millis
from kairos.domain.turn import SETTLING
from kairos.service.ports import StoredMessage
from tests.simulation.definitions import POINTS, catalogs
from tests.simulation.history import History
from tests.simulation.stack import Stack


def every_message_has_its_entry(stack: Stack, history: History) -> Iterator[str]:
    """Decided and entered in one write; and one key is entered once (it is a key of the table)."""
    for (customer, id), moves in history.kept.items():
        put = moves[0].message.put
        if put.channel == "event":
            continue
        known = {(entry.campaign, entry.key) for entry in history.entries.get(customer, ())}
        if (put.campaign, put.key) not in known:
            yield f"message {id} of {customer} is of an entry ({put.campaign}, {put.key}) that is not there"


def a_key_is_entered_once(stack: Stack, history: History) -> Iterator[str]:
    """Whoever the customer was at the time: an entry is written once, and not away while it may be asked for; who was forgotten
    is somebody new."""
    for (customer, name), times in history.entered.items():
        if times > 1:
            yield f"{customer} entered {name} {times} times"


def points_are_given_once(stack: Stack, history: History) -> Iterator[str]:
    """As often as there are entries; restored states forget, of a merge both have given theirs, and whoever has a device that was
    another's has its keys, and not its points."""
    for customer, state in history.customers.items():
        if state.moved or stack.restored or customer in history.sharing or _was_merged(customer, history):
            continue
        entries = sum(entry.campaign == "reading" for entry in history.entries.get(customer, ()))
        if state.points != POINTS * entries:
            yield f"{customer} has {state.points} points of {entries} entries"


def caps_hold(stack: Stack, history: History) -> Iterator[str]:
    """By the time of decision, among all that may have gone out; a restored state has forgotten places taken since."""
    if stack.restored:
        return
    for customer, state in history.customers.items():
        if state.moved:
            continue
        mine = _decided(stack, customer, history)
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
    if stack.restored:
        return
    for customer, entries in history.entries.items():
        if (state := history.customers.get(customer)) is None or state.moved or _was_merged(customer, history):
            continue
        for names, span in _cooldowns():
            mine = sorted((e for e in entries if e.campaign in names), key=lambda e: e.entered)
            counted = [e for e in mine if not _all_refused(stack, customer, e, history)]
            for after in mine:
                near = [e for e in counted if e is not after and 0 <= after.entered - e.entered < span]
                for before in near:
                    apart = after.entered - before.entered
                    yield f"{customer} entered {after.campaign} {apart} ms after {before.campaign}, of {span}"


@cache
def _cooldowns() -> frozenset[tuple[frozenset[str], Millis]]:
    """Which campaigns rest after an entry into one of them, and for how long: each by itself, and those of a group."""
    campaigns = catalogs()[0].campaigns.values()
    alone = [(frozenset({each.name}), each.cooldown) for each in campaigns if each.cooldown]
    return frozenset([*alone, *(group for each in campaigns for group in each.groups)])


def no_refusal_rests_on_an_old_look(stack: Stack, history: History) -> Iterator[str]:
    """Who is refused, is on a state that was the newest when the worker began, or a newer one."""
    for began, record in stack.told.records:
        if record["outcome"] != "refused" or "message" in record:
            continue
        state = history.state_at(record["customer"], began)
        if state and state.version > record.get("version", 0):
            yield f"{record['customer']} was refused {record['campaign']} ({record['reason']}) on an old state"


def _was_merged(customer: str, history: History) -> bool:
    return any(state.heir == customer for state in history.customers.values())


def _decided(stack: Stack, customer: str, history: History) -> list[tuple[Millis, StoredMessage]]:
    """Marketing messages of somebody that may have been seen, by the time of their decision."""
    returned = _came_back(stack)
    lives = [moves[-1].message for (who, _), moves in history.kept.items() if who == customer]
    firsts = {moves[0].message.put.id: moves[0].message for moves in history.messages.values()}
    return [
        (firsts[message.put.id].due - SETTLING, message)
        for message in lives
        if message.status != "refused"
        and not message.put.transactional
        and message.put.channel != "event"
        and message.put.id not in returned
    ]


def _all_refused(stack: Stack, customer: str, entry: PutEntry, history: History) -> bool:
    mine = [
        moves[-1].message
        for (who, _), moves in history.kept.items()
        if who == customer and (moves[0].message.put.campaign, moves[0].message.put.key) == (entry.campaign, entry.key)
    ]
    returned = _came_back(stack)
    return all(message.status == "refused" or message.put.id in returned for message in mine)


def _came_back(stack: Stack) -> set[str]:
    """Messages to mailboxes that bounce: nobody has seen them, so their places and cooldowns are given back."""
    return {taken.message for taken in stack.told.taken if taken.to.startswith("bounce")}
