"""What a secret holds: the key in use and, while it is being replaced, those beside it. All of them are accepted."""

import json
from dataclasses import asdict, dataclass, replace

from kairos.domain.events import Millis

SHORTEST = 16


class BadRing(ValueError):
    """The secret holds no key that is one, or does not allow that step now."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys of one purpose, as rotation passes them on: `next` becomes `key`, which becomes one of `previous`.

    `seed` is what derived codes (coupons) come from: the first key there was, or a code in a mailbox would change.
    """

    key: str
    next: str = ""
    previous: tuple[str, ...] = ()
    seed: str = ""
    added: Millis = 0  # when `next` was

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every key that opens, the one in use first."""
        return (self.key, *((self.next,) if self.next else ()), *self.previous)

    def add(self, key: str, now: Millis) -> "Ring":
        """A new key beside the one in use. Raises BadRing if one waits already."""
        if self.next:
            raise BadRing("a new key is there already: use it first")
        return replace(self, next=_strong(key), added=now)

    def use(self, now: Millis, *, settled: Millis) -> "Ring":
        """The new key in use, once `settled` has passed in which everybody has come to know it. Raises BadRing."""
        if not self.next:
            raise BadRing("there is no new key: add one first")
        if now < self.added + settled:
            raise BadRing(
                f"not everybody knows the new key yet: try again in {(self.added + settled - now) // 1000 + 1} s"
            )
        return Ring(self.next, "", (self.key, *self.previous), self.seed or self.key)

    def retire(self) -> "Ring":
        """Only the key in use; who still has another is refused. Raises BadRing if there is nothing to retire."""
        if not self.previous:
            raise BadRing("there is no earlier key")
        return replace(self, previous=())

    def text(self) -> str:
        """As a secret holds it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})


def read(secret: str, *, shortest: int = 1) -> Ring:
    """From a secret: the key itself, or `{"key", "next", "previous", "seed", "added"}`. Raises BadRing."""
    found = json.loads(secret) if secret.lstrip().startswith("{") else {"key": secret}
    before = found.get("previous") or ()
    previous = (before,) if isinstance(before, str) else tuple(before)
    ring = Ring(
        found.get("key", ""), found.get("next", ""), previous, found.get("seed", ""), int(found.get("added", 0))
    )
    for key in ring.accepted:
        _strong(key, shortest)
    return ring


def _strong(key: str, shortest: int = SHORTEST) -> str:
    if len(key) < shortest:
        raise BadRing(f"a key has at least {shortest} characters")
    return key
