"""EventBridge and Firehose in memory: what was taken, entry by entry."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from tests.simulation.aws.client import Client, Request
from tests.simulation.aws.errors import Invalid, known
from tests.simulation.aws.faults import Faults
from tests.simulation.aws.objects import Objects

LARGEST_ENTRY: Final = 256 * 1024
LARGEST_RECORD: Final = 1000 * 1024
LARGEST_BATCH: Final = 4 * 1024 * 1024
DELIVERED: Final = "events/"
"""As template.yaml has it."""
_ENTRY: Final = frozenset({"Source", "DetailType", "Detail"})


class Bus(Client):
    """The client of EventBridge; `taken` are the entries that rules see."""

    def __init__(self, name: str, faults: Faults) -> None:
        super().__init__("events", faults)
        self._name = name
        self._numbers = count(1)
        self.taken: list[Mapping[str, Any]] = []

    def put_events(self, **request: Any) -> Any:
        return self._call("PutEvents", request, self._put)

    def _put(self, request: Request) -> Any:
        known(request, frozenset({"Entries"}), frozenset())
        entries = request["Entries"]
        if not 1 <= len(entries) <= 10:
            raise Invalid("Value at 'entries' failed to satisfy constraint: 1 to 10 members")
        if sum(_entry_size(entry) for entry in entries) > LARGEST_ENTRY:
            raise Invalid("Total size of the entries in the request is over the limit.")
        refused = self._faults.entries("events", "PutEvents", len(entries))
        answers = []
        for position, entry in enumerate(entries):
            known(entry, _ENTRY, frozenset({"EventBusName", "Time", "Resources"}))
            code = refused[position].code if position in refused else self._wrong(entry)
            if code:
                answers.append({"ErrorCode": code, "ErrorMessage": code})
            else:
                answers.append({"EventId": f"event-{next(self._numbers)}"})
                self.taken.append(entry)
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def _wrong(self, entry: Mapping[str, Any]) -> str:
        if entry.get("EventBusName", self._name) != self._name:
            return "ResourceNotFoundException"
        if not entry["Source"] or not entry["DetailType"]:
            return "InvalidArgument"
        try:
            return "" if isinstance(json.loads(entry["Detail"]), dict) else "MalformedDetail"
        except ValueError:
            return "MalformedDetail"


class Firehose(Client):
    """The client of a delivery stream, which lays each record into the bucket at once, some of them perhaps twice."""

    def __init__(self, stream: str, faults: Faults, bucket: Objects) -> None:
        super().__init__("firehose", faults)
        self._stream, self._bucket = stream, bucket
        self._numbers = count(1)

    @property
    def lines(self) -> list[Any]:
        """The records' lines, as JSON, in order."""
        return [json.loads(line) for data in self._bucket.current(DELIVERED) for line in data.splitlines()]

    def put_record(self, **request: Any) -> Any:
        return self._call("PutRecord", request, self._put)

    def put_record_batch(self, **request: Any) -> Any:
        return self._call("PutRecordBatch", request, self._put_batch)

    def _put(self, request: Request) -> Any:
        known(request, frozenset({"DeliveryStreamName", "Record"}), frozenset())
        self._check(request, [request["Record"]])
        return self._taken(request["Record"])

    def _put_batch(self, request: Request) -> Any:
        known(request, frozenset({"DeliveryStreamName", "Records"}), frozenset())
        records = request["Records"]
        if not 1 <= len(records) <= 500 or sum(len(record["Data"]) for record in records) > LARGEST_BATCH:
            raise Invalid("A batch has 1 to 500 records, of 4 MiB together", "InvalidArgumentException")
        self._check(request, records)
        refused = self._faults.entries("firehose", "PutRecordBatch", len(records))
        answers = [
            {"ErrorCode": refused[position].code, "ErrorMessage": "not taken"}
            if position in refused
            else self._taken(record)
            for position, record in enumerate(records)
        ]
        return {"FailedPutCount": len(refused), "RequestResponses": answers}

    def _check(self, request: Request, records: list[Mapping[str, bytes]]) -> None:
        if request["DeliveryStreamName"] != self._stream:
            raise Invalid(f"no stream {request['DeliveryStreamName']}", "ResourceNotFoundException")
        if any(len(record["Data"]) > LARGEST_RECORD for record in records):
            raise Invalid("A record has 1000 KiB at most", "InvalidArgumentException")

    def _taken(self, record: Mapping[str, bytes]) -> dict[str, str]:
        number = next(self._numbers)
        self._bucket.add(f"{DELIVERED}{number:06}", bytes(record["Data"]))
        return {"RecordId": f"record-{number}"}


def _entry_size(entry: Mapping[str, Any]) -> int:
    texts = (entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""), *entry.get("Resources", ()))
    return sum(len(text.encode()) for text in texts) + (14 if "Time" in entry else 0)
