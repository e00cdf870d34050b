"""What goes wrong meanwhile: drawn for each hour, and injected over HTTP as anybody would."""

from random import Random
from typing import Any, Final

ROUGH: Final = 4
"""Faults an hour; each hits up to `times` calls. A third of the writes that fail were carried out all the same."""

TABLE: Final = (
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "InternalServerError",
    "timeout",
    "reset",
)
QUEUE: Final = ("ServiceUnavailable", "InternalError", "timeout", "reset", "AccessDenied")
FAULTS: Final = (
    ("dynamodb", "BatchGetItem", TABLE),
    ("dynamodb", "GetItem", TABLE),
    ("dynamodb", "Query", TABLE),
    ("dynamodb", "PutItem", TABLE),
    ("dynamodb", "UpdateItem", TABLE),
    ("dynamodb", "TransactWriteItems", (*TABLE, "TransactionInProgressException")),
    ("sqs", "SendMessageBatch", QUEUE),
    ("sqs", "SendMessage", QUEUE),
    ("firehose", "PutRecordBatch", ("ServiceUnavailableException", "InternalFailure", "timeout", "reset")),
    ("ses", "SendEmail", ("TooManyRequestsException", "InternalServiceErrorException", "MessageRejected", "timeout", "reset")),
    ("sns", "Publish", ("Throttled", "InternalError", "timeout", "reset")),
)  # fmt: skip


def hour(random: Random) -> list[dict[str, Any]]:
    """The faults of one hour, as `POST /_local/faults` takes them."""
    return [_fault(random) for _ in range(random.randrange(2 * ROUGH))]


def _fault(random: Random) -> dict[str, Any]:
    service, operation, errors = random.choice(FAULTS)
    told = {
        "service": service,
        "operation": operation,
        "error": random.choice(errors),
        "times": random.choice((1, 1, 2, 3, 7)),
    }
    return told | (
        {"applied": True}
        if random.random() < 1 / 3 and told["error"] in ("timeout", "reset", "InternalServerError")
        else {}
    )
