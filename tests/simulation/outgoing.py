"""What goes out: at most as often as it may, only what nobody has stopped, and its message says of it what is true."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kairos.adapters.dynamodb import items
from kairos.domain import manners, moments
from kairos.domain.events import Millis
from kairos.service.deliver import TRIES
from tests.simulation.definitions import catalogs
from tests.simulation.history import History
from tests.simulation.stack import DOOR, LASTS, Stack

SKEW: Final[Millis] = 600_000
"""How far a sandbox's clock is off at most."""


def marketing_goes_out_at_most_once(stack: Stack, history: History) -> Iterator[str]:
    """Whatever the channels tried (but a restored state may try another); what a customer has to know at most three times. Who
    was forgotten is somebody new."""
    found = {id: moves[0] for (_, id), moves in history.messages.items()}
    sent: Counter[tuple[str, str, str, str, bool]] = Counter()
    for taken in stack.told.taken:
        if (written := found.get(taken.message)) is None:
            yield f"message {taken.message} was sent, but never written"
            continue
        put, person = written.message.put, history.person(taken.customer)
        who, anew = "transactional" if put.transactional else person, written.sequence > history.forgotten(person)
        sent[put.campaign, put.key, f"{put.step} {taken.channel if stack.restored else ''}", who, anew] += 1
    for (campaign, key, step, who, _), times in sent.items():
        if times > (TRIES if who == "transactional" else 1):
            yield f"{campaign}/{step} of {key} went out {times} times ({who})"


def what_must_be_known_is_tried_thrice(stack: Stack, history: History) -> Iterator[str]:
    """Nobody gives up a transactional message before, where no gate stops it; and an event out never."""
    for (customer, id), moves in history.messages.items():
        message = moves[-1].message
        tried = message.tries if message.put.channel != "event" else 0
        if message.status == "given_up" and message.put.transactional and tried < TRIES and not message.reason:
            yield f"message {id} of {customer} was given up after {message.tries} tries"


def sent_means_taken(stack: Stack, history: History) -> Iterator[str]:
    """A message is called sent only if its provider took it, and unsent or refused only if none did (but for what a provider
    refuses that was in doubt before: the next channel is then tried)."""
    taken = {one.message for one in stack.told.taken} | set(stack.told.emitted)
    for (customer, id), moves in history.messages.items():
        status, reason = moves[-1].message.status, moves[-1].message.reason
        if moves[-1].message.doubted and reason in ("failed_provider", "undeliverable"):
            continue
        if status == "sent" and id not in taken:
            yield f"message {id} of {customer} is called sent"
        if status in ("refused", "pending") and id in taken:
            yield f"message {id} of {customer} is called {status}, but went out"


def no_claim_follows_an_opt_out(stack: Stack, history: History) -> Iterator[str]:
    """At the commit of a marketing claim the state of that moment allows it, and no exit has ended it."""
    policy, campaigns = catalogs()[0].policy, catalogs()[0].campaigns
    for claim in history.claims:
        put, state = (
            claim.message.put,
            history.state_at(history.owner(claim.customer, claim.sequence), claim.sequence),
        )
        told = f"message {put.id} of {claim.customer}"
        if not put.transactional and (state is None or not manners.consented(state, policy, put.topic, put.channel)):
            yield f"{told} was claimed without consent to {put.topic} by {put.channel}"
        campaign = campaigns.get(put.campaign)
        if campaign and state and manners.exited(state, campaign, put.same, put.since, put.trigger):
            yield f"{told} was claimed behind an exit of {put.campaign}"


def an_answered_opt_out_is_kept(stack: Stack, history: History) -> Iterator[str]:
    """Behind the page's answer it is withdrawn, or queued because it could not be committed; in the end it is withdrawn, unless
    they were forgotten since, and so nobody."""
    for sequence, moment, customer, topic, channel in stack.told.opted_out:
        name = f"{topic}/{channel}"
        state = history.customers.get(customer)
        word, time, _ = state.consents.get(name, ("", 0, 0)) if state else ("", 0, 0)
        then = history.state_at(customer, sequence)
        said, since, _ = then.consents.get(name, ("", 0, 0)) if then else ("", 0, 0)
        before = history.state_at(customer, history.sequence_at(moment - DOOR))  # whoever answers may have seen that
        nobody = any(each is None or not each.known for each in (before, then))
        if (gone := history.forgotten(customer)) and (sequence < gone or nobody):
            continue
        if queued := said != "withdrawn":
            since = moment - (2 * SKEW if stack.weather.skewed else 0)  # two workers' clocks; a commit has its own time
        if word != "withdrawn" and time <= since:
            yield f"{customer} left {name}, and that is {word or 'nothing'} now"
        # what a backup forgets is told again, and `kairos restore` holds all sending until then
        if queued or stack.restored:
            continue
        for claim in history.claims:
            put, mine = claim.message.put, claim.message.owner == customer and claim.sequence > sequence
            if not mine or (put.topic, put.channel) != (topic, channel):
                continue
            if _word(history, customer, claim.sequence, name)[1] <= since:
                yield f"message {put.id} of {customer} was claimed after they left {name}"


def nothing_goes_to_a_closed_address(stack: Stack, history: History) -> Iterator[str]:
    """Whoever's it is: once it bounced or was complained from, no claim for it is committed."""
    to = {taken.message: taken for taken in stack.told.taken}
    for claim in history.claims:
        if taken := to.get(claim.message.put.id):
            key = items.address_key(f"{taken.channel}#{catalogs()[0].address_hash(taken.channel, taken.to)}")
            if (closed := history.at(key, claim.sequence)) and "suppressed" in closed:
                yield f"message {taken.message} of {claim.customer} was claimed for an address that is closed"


def nothing_goes_out_stale(stack: Stack, history: History) -> Iterator[str]:
    """Every message has its expiry; what a worker has claimed before may take as long as it lives, by its own clock."""
    late = LASTS["deliver"] + (SKEW if stack.weather.skewed else 0)
    for taken in stack.told.taken:
        put = history.messages[_home(taken.message, history), taken.message][0].message.put
        if taken.at > put.expires + late:
            yield f"message {taken.message} of {taken.customer} went out {taken.at - put.expires} ms too late"


def nobody_is_texted_at_night(stack: Stack, history: History) -> Iterator[str]:
    """By the clock where the customer is; two minutes are for what was on its way."""
    policy = catalogs()[0].policy
    for taken in stack.told.taken if not stack.weather.skewed else ():
        put = history.messages[_home(taken.message, history), taken.message][0].message.put
        state = history.state_at(taken.customer, taken.commits)
        if taken.channel != "sms" or put.transactional or state is None:
            continue
        name = next(iter(state.attributes.get("timezone", {}).values()), policy.timezone)
        tz = moments.zone(name, policy.timezone)
        hours = {moments.local(at, tz).hour for at in (taken.at, taken.at - 120_000)}
        if all(hour >= 21 or hour < 8 for hour in hours):
            yield f"{taken.customer} was texted at {sorted(hours)} h in {name}"


def a_broken_template_is_refused(stack: Stack, history: History) -> Iterator[str]:
    """It was never given to a provider, so nobody may be in doubt about it."""
    for (customer, id), moves in history.messages.items():
        for move in moves:
            if move.message.put.template == "broken" and move.message.status in ("sending", "in_doubt", "given_up"):
                yield f"message {id} of {customer} has nothing to say and is {move.message.status}"


def _word(history: History, customer: str, sequence: int, name: str) -> tuple[str, Millis, Millis]:
    state = history.state_at(customer, sequence)
    return state.consents.get(name, ("", 0, 0)) if state else ("", 0, 0)


def _home(id: str, history: History) -> str:
    """Under whom a message was written."""
    return next(customer for customer, message in history.messages if message == id)
