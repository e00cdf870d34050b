"""What a customer wants to get: as their preference centre shows it, and what follows from what they choose there."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from kairos.domain import manners
from kairos.domain.definitions import Catalog, Policy
from kairos.domain.events import Event, Json, Millis
from kairos.domain.state import Customer, Profile, State
from kairos.domain.view import View

PREFERRED: Final = "preferred_channel"
PAUSE: Final[Millis] = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One topic on one channel, as far as the customer may choose it."""

    topic: str
    channel: str
    chosen: bool
    pending: bool = False  # asked for, and still to be confirmed

    @property
    def name(self) -> str:
        return f"{self.topic}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Choices:
    """A customer's choices as they are; the channels are those that one may prefer."""

    topics: tuple[Choice, ...]
    channels: tuple[str, ...]
    preferred: str
    locale: str
    paused_until: Millis  # 0: not paused
    timezone: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer has sent in; None is what they were not asked."""

    on: Collection[str]
    was: Collection[str] | None = None  # what their page showed as chosen: only what they changed is their word
    preferred: str | None = None
    locale: str | None = None
    pause: bool | None = None
    none: bool = False  # nothing of all this any more


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be noted."""

    granted: tuple[Choice, ...]
    withdrawn: tuple[Choice, ...]
    attributes: Mapping[str, Json]  # by source


def marketing(policy: Policy) -> list[str]:
    """The topics that need somebody's consent."""
    return [topic for topic in policy.topics if not policy.transactional(topic)]


def choices_of(customer: Customer, catalog: Catalog, now: Millis) -> Choices:
    """What the customer may choose, and has chosen: what campaigns send, where they can be reached or have had a word."""
    state, profile = customer.state, customer.profile or Profile()
    sent = _sent(catalog)
    topics = tuple(
        choice
        for topic in marketing(catalog.policy)
        for channel in _CHANNELS
        if (channel in sent.get(topic, ()) or f"{topic}/{channel}" in state.consents)
        and (choice := _choice(state, catalog, topic, channel)) is not None
    )
    used = {channel for channels in sent.values() for channel in channels}
    merged = profile.merged(catalog.policy.precedence)
    paused = manners.paused_until(state, catalog)
    return Choices(
        topics=topics,
        channels=tuple(channel for channel in _CHANNELS if channel in used and _reached(state, channel)),
        preferred=str(merged.get(PREFERRED) or ""),
        locale=str(merged.get("locale") or ""),
        paused_until=paused if paused > now else 0,
        timezone=View(state, catalog, {}, now).tz.key,
    )


def changed(choices: Choices, wish: Wish, profile: Profile, policy: Policy, now: Millis) -> Change:
    """What the wish changes. Whatever is not among the choices is no wish, but anything may be withdrawn that was shown."""
    known = {choice.name: choice for choice in choices.topics}
    was = {name for name, choice in known.items() if choice.chosen} if wish.was is None else set(wish.was)
    on = set() if wish.none else set(wish.on)
    said: dict[str, Any] = {}
    if wish.preferred is not None and wish.preferred != choices.preferred and wish.preferred in ("", *choices.channels):
        said[PREFERRED] = wish.preferred or None
    if wish.locale and wish.locale != choices.locale.replace("_", "-").split("-")[0]:
        said["locale"] = wish.locale
    if wish.pause is not None:
        said[manners.PAUSED_UNTIL] = iso(now + PAUSE) if wish.pause else None
    return Change(
        granted=tuple(known[name] for name in sorted(on - was) if name in known),
        withdrawn=tuple(known[name] for name in sorted(was - on) if name in known),
        attributes=_declared(said, profile, policy.precedence),
    )


def after(choices: Choices, change: Change, policy: Policy, now: Millis) -> Choices:
    """The choices as they are once the change is noted."""
    words = {c.name: True for c in change.granted} | {c.name: False for c in change.withdrawn}
    topics = tuple(
        replace(c, chosen=words[c.name], pending=words[c.name] and _must_confirm(policy, c.topic))
        if c.name in words
        else c
        for c in choices.topics
    )
    said = change.attributes.get("declared", {})
    paused = choices.paused_until
    if manners.PAUSED_UNTIL in said:
        paused = now + PAUSE if said[manners.PAUSED_UNTIL] else 0
    preferred = str(said.get(PREFERRED) or "") if PREFERRED in said else choices.preferred
    locale = str(said.get("locale") or choices.locale)
    return replace(choices, topics=topics, preferred=preferred, locale=locale, paused_until=paused)


def iso(moment: Millis) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_CHANNELS: Final = ("email", "sms", "push", "whatsapp")


def _sent(catalog: Catalog) -> dict[str, set[str]]:
    """By topic the channels on which some campaign writes."""
    found: dict[str, set[str]] = {}
    for campaign in catalog.campaigns.values():
        for step in campaign.steps:
            if step.do == "send":
                topic = str(step.spec.get("topic") or campaign.topic)
                found.setdefault(topic, set()).update(step.spec["channel"])
    return found


def _choice(state: State, catalog: Catalog, topic: str, channel: str) -> Choice | None:
    """None if the customer cannot be reached there and never said anything, or nothing could confirm their yes."""
    policy, said = catalog.policy, f"{topic}/{channel}" in state.consents
    word = state.consents.get(f"{topic}/{channel}", ("", 0, 0))[0]
    if not said and not _reached(state, channel):
        return None
    pending = word == "granted" and _must_confirm(policy, topic)
    chosen = pending or manners.consented(state, policy, topic, channel)
    if not chosen and _must_confirm(policy, topic) and not _can_confirm(catalog, topic, channel):
        return None
    return Choice(topic, channel, chosen, pending)


def _reached(state: State, channel: str) -> bool:
    known = state.addresses.get(channel)
    return known is not None and known.value is not None


def _must_confirm(policy: Policy, topic: str) -> bool:
    return bool(policy.topics.get(topic, {}).get("consent") == "double_opt_in")


def _can_confirm(catalog: Catalog, topic: str, channel: str) -> bool:
    """Whether some campaign writes to whoever asks for it."""
    asked = Event("", "consent.requested", 0, 0, own=True, properties={"topic": topic, "channel": channel})
    starting = catalog.concern(asked.type).starting
    return any(
        c.status == "live" and c.trigger.on is not None and c.trigger.on.selects(asked, asked.document)
        for c in starting
    )


def _declared(said: Json, profile: Profile, precedence: Sequence[str]) -> dict[str, Json]:
    """Said by the customer; what sources with precedence say of the same is taken back, until they say it anew."""
    if not said:
        return {}
    above = precedence[: precedence.index("declared")]
    return {"declared": said, **dict(_taken_back(said, profile, above))}


def _taken_back(said: Json, profile: Profile, above: Sequence[str]) -> Iterator[tuple[str, Json]]:
    for source in above:
        known = profile.attributes.get(source, {})
        names = [name for name in said if name in known and known[name].value is not None]
        if names:
            yield source, dict.fromkeys(names)
