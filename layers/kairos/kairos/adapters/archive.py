"""Events and records into the archive, as lines of JSON; Firehose packs them."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import meaning
from kairos.domain.events import Json
from kairos.service.ports import NotTaken

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient

RECORD: Final = 1000 * 1024
"""Bytes of a record. Four of them fit in one request."""

AT_ONCE: Final = 4
TRIES: Final = 3


class FirehoseArchive:
    """The port Archive: one record a batch, more only when it is larger than a record may be."""

    def __init__(self, client: "FirehoseClient", stream: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._stream = stream
        self._sleep = sleep

    def put(self, lines: Sequence[Json]) -> None:
        """Raises NotTaken; lines may then be there twice."""
        records = list(_records(lines))
        try:
            if len(records) == 1:
                self._client.put_record(DeliveryStreamName=self._stream, Record={"Data": records[0]})
            for start in range(0, len(records) if len(records) > 1 else 0, AT_ONCE):
                self._put_all(records[start : start + AT_ONCE])
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, {"ServiceUnavailableException": NotTaken}) from error

    def _put_all(self, records: Sequence[bytes]) -> None:
        for attempt in range(TRIES):
            if attempt:
                self._sleep(random.uniform(0, 0.1 * 2**attempt))
            batch: Any = [{"Data": record} for record in records]
            answer = self._client.put_record_batch(DeliveryStreamName=self._stream, Records=batch)
            if not answer["FailedPutCount"]:
                return
            responses = zip(records, answer["RequestResponses"], strict=True)
            records = [record for record, response in responses if "ErrorCode" in response]
        raise NotTaken(f"{len(records)} records")


def _records(lines: Sequence[Json]) -> Iterator[bytes]:
    """Whole lines, as many as a record holds."""
    held = bytearray()
    for line in lines:
        packed = orjson.dumps(line, default=dict, option=orjson.OPT_APPEND_NEWLINE)
        if held and len(held) + len(packed) > RECORD:
            yield bytes(held)
            held.clear()
        held += packed
    if held:
        yield bytes(held)
