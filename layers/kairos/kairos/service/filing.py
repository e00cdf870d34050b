"""Into the archive what was heard and decided; what it does not take now, and nobody would say again, waits in the queue."""

from collections.abc import Sequence

from kairos.domain.events import Json
from kairos.service import trouble
from kairos.service.ports import Archive, QueueRefused, Queues


def file(archive: Archive, queues: Queues, once: Sequence[Json], again: Sequence[Json] = ()) -> bool:
    """Whether the lines are archived, all together; where not, `again` have to come again, and records said but `once` are queued.

    Nobody decides a second time what is decided. A record that is lost is missing in every report, and whoever restores the
    table does not know that somebody entered, or was sent something.
    """
    try:
        if once or again:
            archive.put([*again, *once])
    except Exception as error:  # whatever it is, what was decided stays so
        trouble.note("archive", error)
        _queue(queues, once)
        return False
    return True


def _queue(queues: Queues, records: Sequence[Json]) -> None:
    try:
        if records:
            queues.put_events([{"kairos": "record", **line} for line in records])
    except QueueRefused as error:  # the table has it all the same
        trouble.note("records", error)
