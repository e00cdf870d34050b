"""Lets moto stamp, and AWS's SDK wait, by the stack's clock instead of the wall's."""

import importlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

from botocore import endpoint
from moto.core import utils

from local.aws.seams import replace
from local.clock import AnyClock

PLACES: Final = {
    "moto.sqs.models": ("unix_time", "unix_time_millis"),
    "moto.events.models": ("unix_time", "unix_time_millis"),
    "moto.firehose.models": ("utcnow",),
    "moto.s3.models": ("unix_time", "unix_time_millis", "utcnow"),
    "moto.sns.models": ("iso_8601_datetime_with_milliseconds", "unix_time"),
}


def stamp_with(clock: AnyClock) -> None:
    """From now on the queues, the bus, topics, the archive and its bucket see this clock.

    Where time stands still, a client does not wait before it asks again: nothing would be different afterwards.
    """
    replace(endpoint, "time", SimpleNamespace(sleep=_at_once) if clock.virtual else time)

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


def _at_once(seconds: float) -> None:
    """No time passes."""
