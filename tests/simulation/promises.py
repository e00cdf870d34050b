"""What a user buys (docs/reliability.md), checked against all that a run has written, and all that the world outside saw."""

import json
from collections.abc import Callable, Iterator
from typing import Final

from kairos.domain.reach import places_of
from tests.simulation.decided import (
    a_key_is_entered_once,
    caps_hold,
    cooldowns_hold,
    every_message_has_its_entry,
    no_refusal_rests_on_an_old_look,
    points_are_given_once,
)
from tests.simulation.definitions import catalogs
from tests.simulation.forgotten import may_be_forgotten, may_die, who_was_forgotten_is_nowhere
from tests.simulation.history import History
from tests.simulation.imported import every_line_is_a_customer_or_a_bad_line
from tests.simulation.outgoing import (
    a_broken_template_is_refused,
    an_answered_opt_out_is_kept,
    marketing_goes_out_at_most_once,
    no_claim_follows_an_opt_out,
    nobody_is_texted_at_night,
    nothing_goes_out_stale,
    nothing_goes_to_a_closed_address,
    sent_means_taken,
    what_must_be_known_is_tried_thrice,
)
from tests.simulation.reflected import (
    the_whole_audience_is_judged,
    what_was_entered_is_recorded,
    what_was_heard_is_in_the_state,
)
from tests.simulation.stack import ENDLESS, Stack
from tests.simulation.weather import CALM

Promise = Callable[[Stack, History], Iterator[str]]

_UNDECIDED: Final = ("pending", "sending", "in_doubt")


def nothing_accepted_is_lost(stack: Stack, history: History) -> Iterator[str]:
    """It is in the archive, in `rejected`, or in a dead-letter queue, unless it is of somebody who was forgotten."""
    kept = stack.world.aside + json.dumps(stack.world.archived())
    for id, event in stack.told.accepted.items():
        if json.dumps(id) not in kept and not may_be_forgotten(stack, event, stack.told.accepted_at[id]):
            yield f"event {id} is nowhere"


def everything_comes_to_an_end(stack: Stack, history: History) -> Iterator[str]:
    """No message stays under way, none in doubt; nothing is due that nobody sees to, or that nobody's seeing to it ends."""
    if stack.scheduler.steps >= ENDLESS:
        yield f"there was still something to do after {ENDLESS} steps"
    for (customer, id), moves in history.kept.items():
        message = moves[-1].message
        if message.status in _UNDECIDED and (message.due or 0) <= stack.last:
            yield f"message {id} of {customer} ({message.put.campaign}/{message.put.step}) stays {message.status}"
    if (due := stack.world.earliest_due()) is not None and due <= stack.scheduler.now - 600_000:
        yield f"something was due {stack.scheduler.now - due} ms ago"
    for queue in stack.world.unfinished:
        yield f"something is left in {queue}"


def nobody_is_put_aside(stack: Stack, history: History) -> Iterator[str]:
    """Troubles pass: nothing that could be worked off later ends as a dead letter, no client goes away unanswered."""
    yield from (f"dead: {body[:120]}" for body in stack.world.dead if not may_die(stack, history, body))
    if stack.told.unanswered:
        yield f"{stack.told.unanswered} calls were never answered well"


def in_calm_weather_all_is_prompt(stack: Stack, history: History) -> Iterator[str]:
    """Where nothing goes wrong and nothing is stopped, a message is on its way within a minute and a half.

    Or a text waits for the morning, since it is night where its customer has come to meanwhile.
    """
    if stack.weather != CALM or stack.operated or any(deed.kind == "stop" for deed in stack.story.deeds):
        return
    for (customer, id), moves in history.messages.items():
        claimed = next((move for move in moves if move.message.status == "sending"), None)
        if claimed is None or claimed.at <= moves[0].at + 90_000:
            continue
        before, now = (history.state_at(customer, move.sequence) for move in (moves[0], claimed))
        moved = before and now and before.attributes.get("timezone") != now.attributes.get("timezone")
        if not (moved and claimed.message.put.channel == "sms"):
            yield f"message {id} of {customer} waited {claimed.at - moves[0].at} ms"


def the_audience_is_found(stack: Stack, history: History) -> Iterator[str]:
    """The index has everybody where their state says that they are."""
    catalog = catalogs()[stack.version]
    for customer, state in history.customers.items():
        if state.moved or state.indexed != catalog.index:
            continue
        for place in places_of(state, catalog, stack.scheduler.now):
            if not stack.world.stands(place, customer):
                yield f"{customer} is not found at {place}"


def a_pause_rings(stack: Stack, history: History) -> Iterator[str]:
    """Marketing that is stopped for its reputation has an alarm that rings until somebody lets it go on, who is called so."""
    if stack.world.paused and not stack.world.rings:
        yield "marketing by email is paused, and nobody will ever be told"


def addresses_know_their_owners(stack: Stack, history: History) -> Iterator[str]:
    """Who is found by an address is who can be reached there by their newest state; restored states forget who moved."""
    if stack.restored:
        return
    has = {(address, who) for who, state in history.customers.items() if not state.moved for address in state.owned}
    yield from (f"{who} is not found at {address}" for address, who in sorted(has - history.owners))
    yield from (f"{who} is still found at {address}" for address, who in sorted(history.owners - has))


PROMISES: Final[tuple[Promise, ...]] = (
    a_pause_rings, nothing_accepted_is_lost, nobody_is_put_aside, everything_comes_to_an_end, marketing_goes_out_at_most_once,
    what_must_be_known_is_tried_thrice, sent_means_taken, no_claim_follows_an_opt_out, an_answered_opt_out_is_kept,
    nothing_goes_to_a_closed_address, nothing_goes_out_stale, every_message_has_its_entry, a_key_is_entered_once, points_are_given_once, caps_hold,
    cooldowns_hold, nobody_is_texted_at_night, in_calm_weather_all_is_prompt, a_broken_template_is_refused,
    no_refusal_rests_on_an_old_look, the_audience_is_found, addresses_know_their_owners, what_was_heard_is_in_the_state, the_whole_audience_is_judged,
    who_was_forgotten_is_nowhere, what_was_entered_is_recorded, every_line_is_a_customer_or_a_bad_line,
)  # fmt: skip
