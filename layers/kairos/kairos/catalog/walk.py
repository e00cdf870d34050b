"""The steps of a campaign, each with its place in the model."""

from collections.abc import Iterator, Sequence
from typing import Any

from kairos.catalog.source import Path_
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.steps import Choose, On, Send, Split, Wait

Placed = tuple[Path_, Any]


def chain(steps: Sequence[Any], at: Path_) -> list[Placed]:
    """The steps of one chain, each with its place."""
    return [((*at, number), step) for number, step in enumerate(steps)]


def branches(loc: Path_, step: Any) -> list[list[Placed]]:
    """The chains that a step may go into before the chain goes on."""
    if isinstance(step, Choose):
        return [chain(part.steps, (*loc, "choose", number, "steps")) for number, part in enumerate(step.choose)]
    if isinstance(step, Split):
        return [chain(part.steps, (*loc, "split", number, "steps")) for number, part in enumerate(step.split)]
    if isinstance(step, Wait) and isinstance(step.wait, On) and step.wait.else_ is not None:
        return [chain(step.wait.else_, (*loc, "wait", "else"))]
    return []


def steps(campaign: Campaign) -> Iterator[Placed]:
    """Every step, wherever it stands."""
    front = chain(campaign.steps, ("steps",))
    while front:
        loc, step = front.pop(0)
        yield loc, step
        front = [inner for branch in branches(loc, step) for inner in branch] + front


def topic_of(campaign: Campaign, step: Send) -> str:
    """The topic under which a message goes out."""
    return step.send.topic or campaign.topic or ""
