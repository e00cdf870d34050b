"""What the services count; handlers flush it as CloudWatch metrics."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts by name and reason, and the largest of what is measured, since it was last drained."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    largest: dict[str, float] = field(default_factory=dict)

    def count(self, name: str, reason: str = "", by: int = 1) -> None:
        """So many more of it."""
        self.counts[name, reason] += by

    def measure(self, name: str, seconds: float) -> None:
        """Seconds; the largest is kept."""
        self.largest[name] = max(seconds, self.largest.get(name, 0.0))

    def drain(self) -> tuple[dict[tuple[str, str], int], dict[str, float]]:
        """Everything since the last time; starts anew."""
        drained = dict(self.counts), dict(self.largest)
        self.counts.clear()
        self.largest.clear()
        return drained
