"""What Firehose has written to the bucket."""

import gzip
import json
from collections.abc import Sequence
from typing import Any, Final

from moto.s3.models import s3_backends

from local.aws.gateway import lock
from local.aws.template import ACCOUNT
from local.clock import iso

OUTCOMES: Final = frozenset({"entered", "sent", "in_doubt", "deferred", "refused"})


REMEMBERED: Final = 2_000
"""Objects that are read once; later ones each time that somebody asks, or a long life would be in memory twice."""


class Archive:
    """The archive's lines."""

    def __init__(self, buckets: Sequence[str]) -> None:
        self._buckets = buckets
        self._read: dict[str, list[dict[str, Any]]] = {}
        self._etags: dict[str, str] = {}

    def lines(self) -> list[dict[str, Any]]:
        """Every line, in the order written."""
        with lock:
            keys = [key for bucket in self._buckets for key in _objects(bucket)]
        return [line for key in keys for line in self._lines(key)]

    def _lines(self, key: Any) -> list[dict[str, Any]]:
        if self._etags.get(key.name) == key.etag:  # else somebody was erased from it
            return self._read[key.name]
        lines = _parse(key.value)
        if key.name in self._read or len(self._read) < REMEMBERED:
            self._read[key.name], self._etags[key.name] = lines, key.etag
        return lines

    def decisions(self) -> list[dict[str, Any]]:
        """The records of decisions, with their times in ISO 8601."""
        records = [line["record"] for line in self.lines() if "record" in line]
        return [record | {"time": _time(record["time"])} for record in records if record["outcome"] in OUTCOMES]


def _objects(bucket: str) -> list[Any]:
    return list(s3_backends[ACCOUNT]["aws"].buckets[bucket].keys.values())


def _time(moment: Any) -> str:
    return iso(moment) if isinstance(moment, int) else str(moment)


def _parse(data: bytes) -> list[dict[str, Any]]:
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return [json.loads(line) for line in text.splitlines() if line.strip()]
