"""Messages that must expire before they can go: held by quiet hours or by arbitration for longer than they last."""

from collections.abc import Iterator
from typing import Final

from kairos.catalog import walk
from kairos.catalog.problems import Problem
from kairos.catalog.source import Path_, Source
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.language.steps import At, Clock, Send, Wait
from kairos.domain.language.triggers import DateTrigger, ScheduleTrigger

DAY: Final = 86_400
MORNING: Final = 9 * 3600
Clock_ = int | None
"""Seconds since local midnight at which a step is due, if that is always the same."""


def problems(campaign: Campaign, policy: Policy, source: Source) -> Iterator[Problem]:
    """Each send that no due moment leaves time for."""
    yield from _chain(walk.chain(campaign.steps, ("steps",)), _start(campaign), campaign, policy, source)


def _chain(
    steps: list[walk.Placed], clock: Clock_, campaign: Campaign, policy: Policy, source: Source
) -> Iterator[Problem]:
    for loc, step in steps:
        if isinstance(step, Send) and not _transactional(policy, walk.topic_of(campaign, step)):
            held = 0 if clock is None else min(_held(policy, channel, clock) for channel in step.send.channel)
            if found := _too_short(campaign, policy, step, clock or 0, held):
                own = step.send.expires is not None
                place: Path_ = (*loc, "send", "expires") if own else (*loc, "send")
                yield source.problem(place, *found, warning=True)
            clock = None if held else clock  # what is held is decided later
        after = _after(step, clock)
        for branch in walk.branches(loc, step):
            yield from _chain(branch, None if isinstance(step, Wait) else clock, campaign, policy, source)
        clock = after


def _too_short(campaign: Campaign, policy: Policy, step: Send, clock: int, held: int) -> tuple[str, str, str] | None:
    expires = step.send.expires or campaign.expires
    if held and expires <= held * 1000:
        found = (
            f"due at {_time(clock)}, held by quiet hours until {_time(clock + held)}, but expires after {span(expires)}"
        )
        return found, f"expires: above {span(held * 1000)}", "or another time"
    window = policy.arbitration.window
    if window and expires <= window:
        return (
            f"waits {span(window)} for others, but expires after {span(expires)}",
            f"expires: above {span(window)}",
            "",
        )
    return None


def _start(campaign: Campaign) -> Clock_:
    """When the first step is due, as far as the trigger says."""
    trigger = campaign.trigger
    if isinstance(trigger, DateTrigger) and not (trigger.offset and trigger.offset.ms):
        return MORNING if trigger.at is None and trigger.yearly else trigger.at
    if isinstance(trigger, ScheduleTrigger) and trigger.timezone == "customer":
        if at := trigger.schedule.get("at"):
            hours, minutes, seconds = map(int, at.partition("T")[2].split(":"))
            return hours * 3600 + minutes * 60 + seconds
        minute, hour = trigger.schedule["cron"].split()[:2]
        return int(hour) * 3600 + int(minute) * 60 if hour.isdecimal() and minute.isdecimal() else None
    return None


def _after(step: object, clock: Clock_) -> Clock_:
    """When the step behind this one is due."""
    if isinstance(step, Wait):
        if isinstance(step.wait, Clock):
            return step.wait.until
        return step.wait.at if isinstance(step.wait, At) and not (step.wait.offset and step.wait.offset.ms) else None
    return None if walk.branches((), step) else clock


def _held(policy: Policy, channel: str, clock: int) -> int:
    """Seconds from that local time until no quiet hours hold the channel; windows may join one another."""
    end = clock
    for _ in policy.quiet_hours:
        now = end % DAY
        ends = [
            hours.to
            for hours in policy.quiet_hours
            if channel in hours.channels and _within(now, hours.from_, hours.to)
        ]
        if not ends:
            break
        end += max((to - now) % DAY or DAY for to in ends)
    return end - clock


def _within(clock: int, start: int, end: int) -> bool:
    return start <= clock < end if start <= end else clock >= start or clock < end


def _transactional(policy: Policy, topic: str) -> bool:
    return topic in policy.topics and policy.topics[topic].transactional


def _time(seconds: int) -> str:
    return f"{seconds % DAY // 3600:02}:{seconds % 3600 // 60:02}"


def span(ms: int) -> str:
    """A duration as it is written."""
    text, rest = "", ms
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        number, rest = divmod(rest, size)
        text += f"{number}{unit}" if number else ""
    return text or "0s"
