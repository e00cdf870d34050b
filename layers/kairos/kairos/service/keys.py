"""Who may come in: keys in the three forms that clients use, compared without telling how far they were right."""

import binascii
import hashlib
import hmac
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from kairos.domain import keyring
from kairos.service.answers import Answer, problem


class Role(IntEnum):
    """What a key may do; a higher one may all that a lower one may."""

    NONE = 0
    WRITE = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of the stack, read when they are needed so that a rotated key is noticed."""

    write: Callable[[], str] | None
    admin: Callable[[], str]

    def role(self, headers: Mapping[str, str]) -> Role:
        """What the key in these headers may do."""
        given = key_of(headers)
        if given and _same(given, self.admin()):
            return Role.ADMIN
        return Role.WRITE if given and self.write is not None and _same(given, self.write()) else Role.NONE

    def refuse(self, headers: Mapping[str, str], needed: Role) -> Answer | None:
        """The answer to somebody without the key it takes; None to everybody else."""
        if self.role(headers) >= needed:
            return None
        return problem(401, "unauthorized", "needs a valid key", headers={"WWW-Authenticate": 'Basic realm="kairos"'})


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


def _same(given: str, secret: str) -> bool:
    """Hashes are compared: they have one length and tell nothing of the key; with every key, so that time tells nothing."""
    known = keyring.read(secret).accepted if secret.lstrip().startswith("{") else (secret,) if secret else ()
    same = [hmac.compare_digest(_hash(given), _hash(key)) for key in known]
    return any(same)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
