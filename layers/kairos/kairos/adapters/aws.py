"""One session, clients made when first asked for, and what a provider's answer means."""

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from kairos.service.ports import CircuitOpen, InDoubt, NotTaken, Refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_pinpoint import PinpointClient
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_socialmessaging import EndUserMessagingSocialClient
    from mypy_boto3_sqs import SQSClient

Client = TypeVar("Client")

IDLE: Final = 20.0
"""Seconds after which a provider's connections are made anew: a thawed sandbox holds dead ones."""

STORE: Final = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3}, tcp_keepalive=True
)
BUCKET: Final = Config(connect_timeout=3, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})
PROVIDER: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


class Aws:
    """The clients of one process; those of providers call exactly once."""

    def __init__(self, session: botocore.session.Session | None = None) -> None:
        # boto3 would add nothing here but a fifth of a cold start
        self._session = session or botocore.session.get_session()

    def _client(self, service: str, config: Config) -> Any:
        return self._session.create_client(service, config=config)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        client: DynamoDBClient = self._client("dynamodb", STORE)
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        client: SQSClient = self._client("sqs", STORE)
        return client

    @cached_property
    def firehose(self) -> "FirehoseClient":
        client: FirehoseClient = self._client("firehose", STORE)
        return client

    @cached_property
    def s3(self) -> "S3Client":
        client: S3Client = self._client("s3", BUCKET)
        return client

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        client: SecretsManagerClient = self._client("secretsmanager", STORE)
        return client

    @cached_property
    def events(self) -> "EventBridgeClient":
        client: EventBridgeClient = self._client("events", PROVIDER)
        return client

    @cached_property
    def ses(self) -> "SESV2Client":
        client: SESV2Client = self._client("sesv2", PROVIDER)
        return client

    @cached_property
    def sns(self) -> "SNSClient":
        client: SNSClient = self._client("sns", PROVIDER)
        return client

    @cached_property
    def sms_voice(self) -> "PinpointSMSVoiceV2Client":
        client: PinpointSMSVoiceV2Client = self._client("pinpoint-sms-voice-v2", PROVIDER)
        return client

    @cached_property
    def pinpoint(self) -> "PinpointClient":
        client: PinpointClient = self._client("pinpoint", PROVIDER)
        return client

    @cached_property
    def social(self) -> "EndUserMessagingSocialClient":
        client: EndUserMessagingSocialClient = self._client("socialmessaging", PROVIDER)
        return client


def fresh(client: Client, *, idle: float = IDLE, elapsed: Callable[[], float] = time.monotonic) -> Callable[[], Client]:
    """The client, its pooled connections dropped whenever nobody asked for it in the last `idle` seconds."""
    used = elapsed()

    def get() -> Client:
        nonlocal used
        if elapsed() - used > idle:
            client.close()  # type: ignore[attr-defined]  # every botocore client has it; it goes on working afterwards
        used = elapsed()
        return client

    return get


Answer = Callable[[str], Exception]
"""What an error code means, as the exception to raise."""


def later(code: str) -> Exception:
    return NotTaken(code)


def paused(code: str) -> Exception:
    return CircuitOpen(code)


def never(code: str) -> Exception:
    return Refused("failed_provider", code)


def nowhere(code: str) -> Exception:
    return Refused("undeliverable", code)


def unknown(code: str) -> Exception:
    return InDoubt(code)


COMMON: Final[Mapping[str, Answer]] = {
    "Throttling": later,
    "ThrottlingException": later,
    "ThrottledException": later,
    "TooManyRequestsException": later,
    "RequestThrottled": later,
    "RequestLimitExceeded": later,
    "RequestExpired": later,
    "RequestTimeTooSkewed": later,
    "ExpiredToken": later,
    "ExpiredTokenException": later,
    "AccessDenied": paused,
    "AccessDeniedException": paused,
    "UnrecognizedClientException": paused,
    "InvalidClientTokenId": paused,
    "SignatureDoesNotMatch": paused,
    "OptInRequired": paused,
}
"""Codes that every service answers with before it looks at the message; without permission no other goes either."""

_NEVER_LEFT: Final = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)


def meaning(error: Exception, table: Mapping[str, Answer]) -> Exception:
    """The port's error for what boto3 raised: the provider's table, then what all services share, then the HTTP status.

    Keys of the table are `Code` or, more exactly, `Code:Reason`.
    """
    if isinstance(error, ClientError):
        response: Mapping[str, Any] = error.response
        code = response["Error"].get("Code", "")
        reason = f"{code}:{response.get('Reason', '')}"
        answer = table.get(reason) or table.get(code) or COMMON.get(code)
        return answer(reason.rstrip(":")) if answer else _by_status(response, code)
    if isinstance(error, ParamValidationError):
        return never(type(error).__name__)
    if isinstance(error, _NEVER_LEFT):
        return later(type(error).__name__)
    if isinstance(error, HTTPClientError | SSLError | ResponseParserError):
        return unknown(type(error).__name__)
    # no credentials, no region, no endpoint: nothing was sent
    return paused(type(error).__name__) if isinstance(error, BotoCoreError) else error


def _by_status(response: Mapping[str, Any], code: str) -> Exception:
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status == 429:
        return later(code)
    return never(code) if 400 <= status < 500 else unknown(code)
