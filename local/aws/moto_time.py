"""Lets moto stamp with the stack's clock instead of the wall's."""

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from moto.core import utils

PLACES: Final = {
    "moto.sqs.models": ("unix_time", "unix_time_millis"),
    "moto.events.models": ("unix_time", "unix_time_millis"),
    "moto.firehose.models": ("utcnow",),
    "moto.s3.models": ("unix_time", "unix_time_millis", "utcnow"),
    "moto.sns.models": ("iso_8601_datetime_with_milliseconds", "unix_time"),
}


def stamp_with(clock: Callable[[], int]) -> None:
    """From now on the queues, the bus, topics, the archive and its bucket see this clock."""

    def utcnow() -> datetime:
        return datetime.fromtimestamp(clock() / 1000, UTC).replace(tzinfo=None)

    def unix_time(moment: datetime | None = None) -> float:
        return clock() / 1000 if moment is None else utils.unix_time(moment)

    def unix_time_millis(moment: datetime | None = None) -> float:
        return float(clock()) if moment is None else utils.unix_time_millis(moment)

    def with_milliseconds(moment: datetime | None = None) -> str:
        return utils.iso_8601_datetime_with_milliseconds(moment or utcnow())

    replacements: dict[str, Callable[..., Any]] = {
        "utcnow": utcnow,
        "unix_time": unix_time,
        "unix_time_millis": unix_time_millis,
        "iso_8601_datetime_with_milliseconds": with_milliseconds,
    }
    for module, names in PLACES.items():
        loaded = importlib.import_module(module)
        for name in names:
            if hasattr(loaded, name):
                setattr(loaded, name, replacements[name])
