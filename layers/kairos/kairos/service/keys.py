"""Who may come in: keys in the three forms that clients use, looked up among those of the stack, each at its own rate."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from kairos.domain import access
from kairos.domain.access import Access, Key, Scope
from kairos.domain.events import Millis
from kairos.service.answers import Answer, problem
from kairos.service.ports import Clock
from kairos.service.throttle import Throttle

LOOK_AGAIN: Final[Millis] = 30_000
"""A key that is not known may have been made a moment ago: the list is read again for it, but no more often than this."""


class Secret(Protocol):
    """The text of a secret."""

    def __call__(self, fresh: Millis | None = None) -> str:
        """Read again if what is known is older than `fresh`; None leaves it to the adapter."""
        ...


@dataclass(slots=True)
class Keys:
    """The keys of the stack, read when they are needed so that a new or a revoked one is noticed."""

    secret: Secret
    clock: Clock
    throttle: Throttle = field(init=False)
    _read: tuple[str, Access] = ("", Access())

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.clock)

    def admit(self, headers: Mapping[str, str], needed: Scope) -> Key | Answer:
        """The key in these headers if it opens what one of `needed` opens, and has not come too often; else the answer."""
        key = self._find(key_of(headers))
        if key is None:
            realm = {"WWW-Authenticate": 'Basic realm="kairos"'}
            return problem(401, "unauthorized", "needs a valid key", headers=realm)
        if not key.scope.opens(needed):
            return problem(403, "forbidden", f"needs a key of scope {needed}, and this one is of scope {key.scope}")
        if wait := self.throttle.wait(key):
            again = {"Retry-After": str(wait)}
            return problem(429, "too_many_requests", f"at most {key.rate} a second with this key", headers=again)
        return key

    def refuse(self, headers: Mapping[str, str], needed: Scope) -> Answer | None:
        """The answer to somebody without the key it takes; None to everybody else, whose request counts as one."""
        admitted = self.admit(headers, needed)
        if isinstance(admitted, Answer):
            return admitted
        self.throttle.spend(admitted, 1)
        return None

    def _find(self, given: str) -> Key | None:
        if not given:
            return None
        return self._list(None).find(given) or self._list(LOOK_AGAIN).find(given)

    def _list(self, fresh: Millis | None) -> Access:
        text = self.secret(fresh)
        if text != self._read[0]:
            self._read = text, access.parse(text)
        return self._read[1]


def key_of(headers: Mapping[str, str]) -> str:
    """The key: `Basic base64(KEY:)`, `Bearer KEY` or `x-api-key: KEY`."""
    lower = {name.lower(): value for name, value in headers.items()}
    scheme, _, rest = lower.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""
    return lower.get("x-api-key", "").strip()
