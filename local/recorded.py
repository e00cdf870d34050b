"""The archive as it lies in a stack's bucket: what was heard and decided, hour by hour."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from local.reach import Reached

HOUR: Final = 3_600_000
PREFIX: Final = "events/"
"""As template.yaml has it, with the hour behind it in which the first of its lines came in."""


class Recorded:
    """The lines of a stack's archive."""

    def __init__(self, reached: Reached) -> None:
        self._s3, self._bucket = reached.client("s3"), reached.physical("ArchiveBucket")

    def lines(self, since: int) -> Iterator[dict[str, Any]]:
        """`{"event": …}` and `{"record": …}`, all that were archived since then and a few of the hour before; some may come twice."""
        hour = datetime.fromtimestamp((since - HOUR) / 1000, UTC)
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=PREFIX, StartAfter=f"{PREFIX}{hour:%Y/%m/%d/%H}"
        )
        for page in pages:
            for found in page.get("Contents", []):
                data = self._s3.get_object(Bucket=self._bucket, Key=found["Key"])["Body"].read()
                text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
                yield from (json.loads(line) for line in text.splitlines() if line.strip())
