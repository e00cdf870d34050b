"""What of a batch is archived, parted by whether it would be said again."""

from collections.abc import Callable

from kairos.domain.effects import Record
from kairos.domain.events import Event, Json
from kairos.domain.sources import canonical
from kairos.service.batch import Batch
from kairos.service.look_back import erased, gone


def lines(batch: Batch, whose: Callable[[Event], str]) -> tuple[list[Json], list[Json]]:
    """Of a batch, what is said but once, and what its items say again if they come again: not of who was forgotten since."""
    kept = [event for item, event in batch.events if item not in batch.failed and not gone(batch, event, whose)]
    again: list[Json] = [{"event": canonical.to_dict(event)} for event in kept]
    again += [
        {"record": unfiled.record}
        for item, unfiled in batch.unfiled
        if item not in batch.failed and not erased(batch, unfiled)
    ]
    once: list[Json] = []
    causes = {event.id for event in kept}
    for record in batch.records:
        (again if _of_entry(record) and record.event in causes else once).append({"record": record.line()})
    return once, again


def _of_entry(record: Record) -> bool:
    """Whether it refused an entry, which commits nothing: the same event is judged again."""
    return record.outcome == "refused" and not record.step
