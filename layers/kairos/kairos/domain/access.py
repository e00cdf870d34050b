"""Who may do what over HTTP: the list of keys that a stack accepts, as hashes, and what each scope opens."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from kairos.domain.events import Millis

MOST: Final = 200
"""Keys at a time: the list must fit into a secret, and is gone through with every request."""

SHORTEST: Final = 12
"""Characters of a key: hashes without salt are safe only where nobody can try all keys."""

FIRST: Final = "first"
"""The key that the stack was born with; it opens everything."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class BadAccess(ValueError):
    """The list cannot be read, or does not allow that step; the text says why and shows no key."""


class Scope(StrEnum):
    """What a key is for."""

    INGEST = "ingest"  # a shop's servers: all that can be said of a customer, consents and addresses too
    BROWSER = "browser-ingest"  # web pages and apps, where anybody can read the key: behaviour of listed types only
    DECISIONS = "decisions"  # asks what to show
    ADMIN = "admin"  # reads and writes customers

    def opens(self, needed: "Scope") -> bool:
        """Whether a key of this scope does where one of `needed` is asked for."""
        return needed in _OPENS[self]


_OPENS: Final[Mapping[Scope, frozenset[Scope]]] = {
    Scope.BROWSER: frozenset({Scope.BROWSER}),
    Scope.DECISIONS: frozenset({Scope.DECISIONS}),
    Scope.INGEST: frozenset({Scope.INGEST, Scope.BROWSER, Scope.DECISIONS}),
    Scope.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key, by its hash."""

    name: str
    hash: str  # SHA-256, hex
    scope: Scope
    created: Millis = 0
    types: frozenset[str] = frozenset()  # of events; only a browser's key has them
    rate: int = 0  # events (or other requests) a second; 0: no limit of its own

    @property
    def trusted(self) -> bool:
        """Whether it speaks for the shop: of consents, addresses and whatever type."""
        return self.scope is not Scope.BROWSER


@dataclass(frozen=True, slots=True)
class Access:
    """All keys of a stack; `first` as it was generated, for nobody else can have told it to anybody."""

    keys: tuple[Key, ...] = ()
    first: str = ""

    @property
    def all(self) -> tuple[Key, ...]:
        """Every key that opens, the first one too while it is not revoked."""
        born = (Key(FIRST, hash_of(self.first), Scope.ADMIN),) if self.first else ()
        return (*born, *self.keys)

    def find(self, given: str) -> Key | None:
        """The key that was given. Each is compared, and by its hash: time tells nothing of any."""
        told = hash_of(given)
        same = [key for key in self.all if hmac.compare_digest(key.hash, told)]
        return same[0] if same and given else None

    def create(
        self, name: str, secret: str, scope: Scope, now: Millis, *, types: Sequence[str] = (), rate: int = 0
    ) -> "Access":
        """With one key more. Raises BadAccess."""
        if not _NAME.fullmatch(name) or name == FIRST:
            raise BadAccess(f"a name has small letters, digits and hyphens, at most 40, and is not {FIRST}: {name!r}")
        if any(key.name == name for key in self.keys):
            raise BadAccess(f"there is a key {name} already: revoke it first, or choose another name")
        if len(self.keys) >= MOST:
            raise BadAccess(f"there are {MOST} keys already: revoke those that nobody uses")
        if (scope is Scope.BROWSER) != bool(types):
            raise BadAccess("a key for browsers, and no other, names the types of events it may report")
        if len(secret) < SHORTEST:
            raise BadAccess(f"a key has at least {SHORTEST} characters")
        if rate < 0:
            raise BadAccess("a rate is 0 (no limit) or more events a second")
        made = Key(name, hash_of(secret), scope, now, frozenset(types), rate)
        return replace(self, keys=(*self.keys, made))

    def revoke(self, name: str) -> "Access":
        """Without that key. Raises BadAccess if there is none of that name."""
        if name == FIRST and self.first:
            return replace(self, first="")
        left = tuple(key for key in self.keys if key.name != name)
        if len(left) == len(self.keys):
            raise BadAccess(f"there is no key {name}")
        return replace(self, keys=left)

    def text(self) -> str:
        """As a secret holds it; `parse` reads it again."""
        return json.dumps({"first": self.first, "keys": [_told(key) for key in self.keys]})


def parse(secret: str) -> Access:
    """From a secret: `{"first": KEY, "keys": [{name, hash, scope, created, types?, rate?}]}`. Raises BadAccess."""
    try:
        found = json.loads(secret)
        return Access(tuple(map(_key, found.get("keys", ()))), str(found.get("first", "")))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadAccess(f"the secret does not hold a list of keys ({type(error).__name__})") from error


def hash_of(key: str) -> str:
    """What stands for a key. Keys are made by chance and long, so no salt and no slow hash is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _key(told: Mapping[str, Any]) -> Key:
    return Key(
        told["name"], told["hash"], Scope(told["scope"]), int(told.get("created", 0)),
        frozenset(told.get("types", ())), int(told.get("rate", 0)),
    )  # fmt: skip


def _told(key: Key) -> dict[str, Any]:
    said: dict[str, Any] = {"name": key.name, "hash": key.hash, "scope": str(key.scope), "created": key.created}
    return said | ({"types": sorted(key.types)} if key.types else {}) | ({"rate": key.rate} if key.rate else {})
