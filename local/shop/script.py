"""What can be played: customers first, then their past, then a stream of deliveries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

Door = Literal["http", "bus", "admin"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One knock on one door: the same event may be delivered late, and more than once.

    At the admin's door the event is `{"id": customer, "body": what PUT /v1/customers/{id} takes}`.
    """

    at: int
    door: Door
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Script:
    """A stretch of a shop's life. `deliveries` come in order of `at` and may be a stream."""

    title: str
    start: int  # the stack starts here; customers and history are loaded
    end: int  # of the deliveries
    customers: Mapping[str, Mapping[str, Any]]  # bodies of PUT /v1/customers/{id}
    history: Iterable[Mapping[str, Any]]  # events older than the stack
    deliveries: Iterable[Delivery]
    size: int  # deliveries expected
    facts: Mapping[str, int] = field(default_factory=dict)  # what the model meant to do, for docs and tests


def slots(deliveries: Iterable[Delivery], width: int) -> Iterator[tuple[int, list[Delivery]]]:
    """Deliveries in bundles, each with the beginning of its slot of `width` milliseconds."""
    for slot, bundle in groupby(deliveries, lambda delivery: delivery.at // width):
        yield slot * width, list(bundle)
