"""Secrets, asked for again every few minutes, so that a rotated key is noticed by a worker that lives for hours."""

import logging
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.domain.events import Millis
from kairos.service.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

FRESH: Final[Millis] = 5 * 60_000
"""A change is known everywhere after this time."""

STALE: Final[Millis] = 60 * 60_000
"""If Secrets Manager does not answer, what was known is good for so long: doors stay open, and a revoked key with them."""

CURRENT: Final = "AWSCURRENT"
"""What AWS takes if nothing is said; moto takes the version that was put last."""

AGAIN: Final[Millis] = 30_000

_LOG: Final = logging.getLogger(__name__)


class Secret:
    """The text of one secret."""

    def __init__(self, client: "SecretsManagerClient", name: str, clock: Clock) -> None:
        self._client, self._name, self._clock = client, name, clock
        self._text = ""
        self._read, self._tried, self._due = 0, 0, 0

    def __call__(self, fresh: Millis | None = None) -> str:
        """Asked for again if it was not for `fresh`. Raises what boto3 raises if it was never known, or too long ago."""
        now = self._clock()
        if now >= self._due or (fresh is not None and now >= self._tried + fresh):
            self._tried = now
            try:
                found = self._client.get_secret_value(SecretId=self._name, VersionStage=CURRENT)
                self._text = found["SecretString"]
                self._read, self._due = now, now + FRESH
            except (ClientError, BotoCoreError) as error:
                if not self._text or now >= self._read + STALE:
                    raise
                _LOG.warning("secret not read again: %s", type(error).__name__)
                self._due = now + AGAIN
        return self._text
