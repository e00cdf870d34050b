"""Kairos's own events, out on the bus under source `kairos`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, paused
from kairos.domain.events import Json, Millis

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

ANSWERS: Final[dict[str, Answer]] = {
    "InternalException": later,  # of one entry: it was not taken; asked again twice is allowed on a bus
    "InternalFailure": later,
    "ThrottlingException": later,
    "ThrottledException": later,
    "LimitExceededException": later,
    "ResourceNotFoundException": paused,
    "NotAuthorizedForSource": paused,
    "NotAuthorizedForSourceException": paused,
    "NotAuthorizedForDetailType": paused,
    "NotAuthorizedForDetailTypeException": paused,
    "InvalidAccountIdException": paused,
    "MalformedDetail": never,
    "MalformedDetailException": never,
    "InvalidArgument": never,
    "ValidationException": never,
}
"""Codes of a call and of an entry: `FailedEntryCount` comes with HTTP 200."""


class EventBridgeBus:
    """The port Bus."""

    def __init__(self, client: "Callable[[], EventBridgeClient]", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, type: str, detail: Json, time: Millis) -> None:
        try:
            answer = self._client().put_events(
                Entries=[
                    {
                        "EventBusName": self._name, "Source": "kairos", "DetailType": type,
                        "Detail": orjson.dumps(detail, default=dict).decode(),
                        "Time": datetime.fromtimestamp(time / 1000, UTC),
                    }
                ]
            )  # fmt: skip
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, ANSWERS) from error
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "")
            raise ANSWERS.get(code, never)(code)
