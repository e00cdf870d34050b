"""A failing run made small: fewer deeds, fewer kinds of trouble, as long as the same promise breaks."""

from collections.abc import Callable
from dataclasses import fields, replace

from tests.simulation.run import broken, lived, weather
from tests.simulation.stack import Stack
from tests.simulation.story import Story, story
from tests.simulation.weather import Weather


def shrink(
    seed: int, promise: str, judge: Callable[[Stack], tuple[str, ...]] = broken
) -> tuple[Story, Weather, tuple[str, ...]]:
    """The smallest story and weather found in which `promise` still breaks with this seed, and how it does."""
    told, skies = story(seed), weather(seed)

    def fails(told: Story, skies: Weather) -> bool:
        return any(how.startswith(f"{promise}:") for how in judge(lived(seed, told, skies)))

    for kind in fields(Weather):
        if fails(told, calmer := replace(skies, **{kind.name: 0.0})):
            skies = calmer
    size = len(told.deeds) // 2
    while size:
        at = 0
        while at < len(told.deeds):
            shorter = told.without(range(at, at + size))
            if shorter.deeds and fails(shorter, skies):
                told = shorter
            else:
                at += size
        size //= 2
    return told, skies, judge(lived(seed, told, skies))
