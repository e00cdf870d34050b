"""The names of steps, by which people under way are found again."""

from typing import Any

from kairos.domain.language.steps import Bundle, Choose, On, Send, Show, Split, Wait


class StepIds:
    """Gives every step its id, in document order."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.taken: set[str] = set()

    def chain(self, steps: list[Any]) -> list[Bundle]:
        """The steps of a chain as the bundle has them."""
        return [self.step(step) for step in steps]

    def step(self, step: Any) -> Bundle:
        """One step, and those within it."""
        node = {"id": self.name(step), **step.bundle()}
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

    def name(self, step: Any) -> str:
        """The given id, `send.TEMPLATE`, `show.TEMPLATE`, or the kind and its number; a second one of a name gets `-2`."""
        kind = step.bundle()["do"]
        self.counts[kind] = self.counts.get(kind, 0) + 1
        shown = step.send if isinstance(step, Send) else step.show if isinstance(step, Show) else None
        base = step.id or (f"{kind}.{shown.template}" if shown else f"{kind}-{self.counts[kind]}")
        name, number = base, 1
        while name in self.taken:
            number += 1
            name = f"{base}-{number}"
        self.taken.add(name)
        return name
