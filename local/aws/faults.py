"""Failures on demand: the next calls of an operation fail, or the sandbox dies at its n-th call."""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from local.aws.lambdas import Killed

Answer = tuple[int, dict[str, str], bytes]
CLIENTS: Final = {"ses": "sesv2", "eventbridge": "events"}
STATUS: Final = {
    "TooManyRequestsException": 429,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "InternalServerError": 500,
    "InternalServerErrorException": 500,
    "InternalServerException": 500,
    "InternalErrorException": 500,
    "InternalFailure": 500,
    "InternalError": 500,
    "InternalException": 500,
    "InternalServiceErrorException": 500,
    "ConcurrentModificationException": 500,
}
LOST: Final = {"timeout": ReadTimeoutError, "reset": ConnectionClosedError}


class BadFault(ValueError):
    """A fault that cannot be; `field` says which part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass
class Fault:
    """The next `times` calls fail with `error`; `applied`: they are carried out all the same."""

    service: str
    operation: str
    error: str
    times: int = 1
    applied: bool = False
    status: int = 400  # of the answer that says so


@dataclass
class Death:
    """The sandbox of a function dies at its n-th AWS call from now on, before or after the call is carried out."""

    function: str
    call: int
    when: Literal["before", "after"] = "before"


def parse_fault(given: Any) -> Fault:
    """A fault as `POST /_local/faults` takes it. BadFault if it is none."""
    if not isinstance(given, dict):
        raise BadFault("", "a JSON object is expected")
    for name in ("service", "operation", "error"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise BadFault(name, f"{name} must be a non-empty string")
    if unknown := set(given) - {"service", "operation", "error", "times", "applied"}:
        raise BadFault(min(unknown), f"unknown field {min(unknown)}")
    times, applied = given.get("times", 1), given.get("applied", False)
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise BadFault("times", "times must be a positive integer")
    if not isinstance(applied, bool):
        raise BadFault("applied", "applied must be true or false")
    service = str(CLIENTS.get(given["service"], given["service"]))
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        raise BadFault("service", f"AWS has no service {given['service']}")
    model = session.get_service_model(service)
    if given["operation"] not in model.operation_names:
        raise BadFault("operation", f"{given['service']} has no operation {given['operation']}")
    name, error = str(model.service_id.hyphenize()), given["error"]
    return Fault(name, given["operation"], error, times, applied, _status(model, error))


def _status(model: Any, error: str) -> int:
    """As AWS's own description of the service has it; SNS's `Throttled`, for one, is a 429."""
    said = (shape.metadata.get("error", {}) for shape in model.error_shapes if error in (shape.error_code, shape.name))
    return next((int(one["httpStatusCode"]) for one in said if "httpStatusCode" in one), STATUS.get(error, 400))


class Faults:
    """What is going to fail."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.deaths: list[Death] = []

    def take(self, service: str, operation: str) -> Fault | None:
        """The fault that this call meets, if any; it is used up."""
        for fault in self.waiting:
            if (fault.service, fault.operation) == (service, operation):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None

    def count(self, function: str) -> Death | None:
        """Counts a call of this function; the death that it meets, if any."""
        for death in self.deaths:
            if death.function == function:
                death.call -= 1
                if not death.call:
                    self.deaths.remove(death)
                    return death
        return None


def fail(fault: Fault, request: AWSPreparedRequest) -> Answer:
    """The answer that says so, or the exception of a lost connection."""
    if lost := LOST.get(fault.error):
        raise lost(endpoint_url=request.url)
    status, message = fault.status, "made to fail"
    if "urlencoded" in str(request.headers.get("content-type", "")):
        error = f"<Type>Sender</Type><Code>{fault.error}</Code><Message>{message}</Message>"
        xml = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
        return status, {"content-type": "text/xml"}, xml.encode()
    body = json.dumps({"__type": fault.error, "message": message, "Message": message})
    return status, {"content-type": "application/json", "x-amzn-errortype": fault.error}, body.encode()


def die(death: Death) -> None:
    """Ends the sandbox."""
    raise Killed(f"{death.when} its AWS call")
