"""The names of steps, by which people under way are found again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from kairos.domain.language.steps import AnyStep, Bundle, Choose, On, Send, Show, Split, Wait


class StepIds:
    """Gives every step its id, in document order."""

    def __init__(self, steps: Sequence[AnyStep]) -> None:
        self.names = iter(names(list(_in_order(steps))))

    def chain(self, steps: Sequence[AnyStep]) -> list[Bundle]:
        """The steps of a chain as the bundle has them."""
        return [self.step(step) for step in steps]

    def step(self, step: AnyStep) -> Bundle:
        """One step, and those within it."""
        node = {"id": next(self.names), **step.bundle()}
        if isinstance(step, Choose):
            node["branches"] = [
                {"when": branch.when.bundle() if branch.when else None, "steps": self.chain(branch.steps)}
                for branch in step.choose
            ]
        if isinstance(step, Split):
            node["branches"] = [
                {"name": variant.name, "weight": variant.weight, "steps": self.chain(variant.steps)}
                for variant in step.split
            ]
        if isinstance(step, Wait) and isinstance(step.wait, On):
            node["else"] = self.chain(step.wait.else_) if step.wait.else_ is not None else None
        return node


def names(steps: Sequence[AnyStep]) -> list[str]:
    """The given id, `send.TEMPLATE`, `show.TEMPLATE`, or the kind and its number; a second one of a name gets `-2`.

    What a step is called by itself no other one gets by its number, wherever it stands.
    """
    kinds, own = Counter[str](), list[str]()
    for step in steps:
        kinds[kind := step.bundle()["do"]] += 1
        shown = step.send if isinstance(step, Send) else step.show if isinstance(step, Show) else None
        own.append(step.id or (f"{kind}.{shown.template}" if shown else f"{kind}-{kinds[kind]}"))
    given, found = {step.id for step in steps}, dict[str, None]()
    for step, base in zip(steps, own, strict=True):
        spelled = chain([base], (name for n in count(2) if (name := f"{base}-{n}") not in own))
        found[next(name for name in spelled if name == step.id or name not in given | found.keys())] = None
    return list(found)


def _in_order(steps: Iterable[AnyStep]) -> Iterator[AnyStep]:
    """The steps as they stand in the file, those within one behind it."""
    for step in steps:
        yield step
        for branch in step.choose if isinstance(step, Choose) else step.split if isinstance(step, Split) else ():
            yield from _in_order(branch.steps)
        if isinstance(step, Wait) and isinstance(step.wait, On):
            yield from _in_order(step.wait.else_ or ())
