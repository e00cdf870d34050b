"""The exceptions that botocore would raise."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

_URL: Final = "https://aws.simulation/"

LOST: Final[Mapping[str, Callable[[], Exception]]] = {
    "ReadTimeoutError": lambda: ReadTimeoutError(endpoint_url=_URL),
    "ConnectionClosedError": lambda: ConnectionClosedError(endpoint_url=_URL),
    "ConnectTimeoutError": lambda: ConnectTimeoutError(endpoint_url=_URL),
    "EndpointConnectionError": lambda: EndpointConnectionError(endpoint_url=_URL),
}
"""Connections that broke; the last two before anything was sent."""

STATUS: Final[Mapping[str, int]] = {
    "TooManyRequestsException": 429,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "InternalServerError": 500,
    "InternalServerErrorException": 500,
    "InternalServerException": 500,
    "InternalErrorException": 500,
    "InternalException": 500,
    "InternalFailure": 500,
    "InternalError": 500,
}
"""All others are the caller's fault: 400."""


class Invalid(Exception):
    """A request that the service refuses as ValidationException, or whatever `code` is."""

    def __init__(self, message: str, code: str = "ValidationException") -> None:
        super().__init__(message)
        self.code = code


def failure(code: str, operation: str, message: str = "", **more: Any) -> Exception:
    """What botocore raises for this code, or for the lost connection of this name."""
    if lost := LOST.get(code):
        return lost()
    response: Any = {
        "Error": {"Code": code, "Message": message or code},
        "ResponseMetadata": {"HTTPStatusCode": STATUS.get(code, 400)},
        **more,
    }
    return ClientError(response, operation)


def known(request: Mapping[str, Any], required: frozenset[str], optional: frozenset[str]) -> None:
    """Raises ParamValidationError, as botocore does before anything is sent."""
    wrong = [f"Missing required parameter in input: {name!r}" for name in sorted(required - request.keys())]
    wrong += [f"Unknown parameter in input: {name!r}" for name in sorted(request.keys() - required - optional)]
    if wrong:
        raise ParamValidationError(report="\n".join(wrong))
