"""The gates before a message, one by one: suppression, consent, address, caps, quiet hours, exits."""

from collections.abc import Mapping, Sequence
from typing import Final

from kairos.domain import moments, suppression
from kairos.domain.conditions import within_hours
from kairos.domain.definitions import Campaign, Catalog, Policy
from kairos.domain.events import Millis
from kairos.domain.identity import short_hash
from kairos.domain.lasts import known
from kairos.domain.state import State
from kairos.domain.view import View

PAUSED_UNTIL: Final = "paused_until"
"""The attribute with the moment until which a customer wants no marketing."""

PREFERRED_CHANNEL: Final = "preferred_channel"
"""The attribute with the channel that a customer likes best."""


def in_order(state: State, catalog: Catalog, channels: Sequence[str]) -> tuple[str, ...]:
    """The channels of a step as they are tried for this customer: the preferred one first, if it is among them."""
    preferred = (
        View(state, catalog, {}, 0).attribute(PREFERRED_CHANNEL) if PREFERRED_CHANNEL in state.attributes else ""
    )
    return tuple(sorted(channels, key=lambda channel: channel != preferred))


def pick_channel(state: State, catalog: Catalog, topic: str, channels: Sequence[str], now: Millis) -> tuple[str, str]:
    """The first channel that is not suppressed, consented and addressed; else the last one and its reason."""
    reason = ""
    for channel in channels:
        reason = refusal_of_channel(state, catalog, topic, channel, now)
        if not reason:
            return channel, ""
    return channels[-1], reason


def refusal_of_channel(state: State, catalog: Catalog, topic: str, channel: str, now: Millis) -> str:
    """`suppressed`, `no_consent` or `no_address`; empty if the channel may be used."""
    policy = catalog.policy
    known = state.addresses.get(channel)
    address = None if known is None else known.value
    if address is not None and suppression.is_closed(state, channel, address):
        return "suppressed"
    if not consented(state, policy, topic, channel):
        return "no_consent"
    if not policy.transactional(topic) and paused_until(state, catalog) > now:
        return "no_consent"
    return "" if address is not None else "no_address"


def consented(state: State, policy: Policy, topic: str, channel: str) -> bool:
    """Whether the newest word on topic and channel allows it, by the topic's kind of consent."""
    if policy.transactional(topic):
        return True
    word = state.consents.get(f"{topic}/{channel}", ("", 0, 0))[0]
    match policy.topics.get(topic, {}).get("consent", "explicit"):
        case "implied":
            return word != "withdrawn"
        case "double_opt_in":
            return word == "proven"
        case _:
            return word in ("granted", "proven")


def paused_until(state: State, catalog: Catalog) -> Millis:
    """Until when the customer wants no marketing; 0 if they never said so."""
    if PAUSED_UNTIL not in state.attributes:
        return 0
    view = View(state, catalog, {}, 0)
    return moments.resolve(view.attribute(PAUSED_UNTIL), 0, 0, None, view.tz) or 0


def opted_out(state: State, policy: Policy, topic: str) -> bool:
    """Whether the customer has withdrawn from a topic on every channel they were ever asked on."""
    if policy.transactional(topic):
        return False
    words = [word for name, (word, _, _) in state.consents.items() if name.split("/")[0] == topic]
    return bool(words) and all(word == "withdrawn" for word in words)


def exited(
    state: State, campaign: Campaign, same: Mapping[str, str], since: Millis, trigger: str
) -> bool:  # fmt: skip
    """Whether an exit event is known from the trigger event's time on, other than the trigger itself."""
    itself = short_hash(trigger) if campaign.exits else ""
    return any(known(state, exit, same.get(exit.keep, "-"), since, itself) is not None for exit in campaign.exits)


def capped(state: State, policy: Policy, channel: str, topic: str, campaign: str, now: Millis) -> bool:
    """Whether one more marketing message would exceed a cap; windows slide over (now - per, now]."""
    for cap in policy.caps:
        if (cap.channels and channel not in cap.channels) or (cap.topics and topic not in cap.topics):
            continue
        taken = sum(
            sent.time > now - cap.per
            and not policy.transactional(sent.topic)
            and (not cap.channels or sent.channel in cap.channels)
            and (not cap.topics or sent.topic in cap.topics)
            and (cap.same != "campaign" or sent.campaign == campaign)
            and (cap.same != "topic" or sent.topic == topic)
            for sent in state.sends
        )
        if taken >= cap.at_most:
            return True
    return False


def quiet_end(state: State, catalog: Catalog, channel: str, now: Millis) -> Millis:
    """When the quiet hours end in which the customer is now on that channel; 0 outside of them."""
    tz = View(state, catalog, {}, now).tz
    windows = [(start, to) for channels, start, to in catalog.policy.quiet if channel in channels]
    end = now
    while windows and end < now + moments.DAY:  # windows may join one another, and leave nothing of the day
        clock = moments.clock(moments.local(end, tz))
        ends = [to for start, to in windows if within_hours(clock, start, to)]
        if not ends:
            break
        end = max(moments.shown_until(end, to, tz) for to in ends)
    return end if end > now else 0
