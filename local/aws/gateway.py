"""The one way from the functions to AWS: counted, failed on demand, answered by moto or by a provider of our own."""

import re
import threading
from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.request import normalize_request
from werkzeug.exceptions import HTTPException

from local.aws.costs import Costs
from local.aws.faults import Answer, Faults, die, fail
from local.aws.seams import replace
from local.aws.template import ACCOUNT

NAMES: Final = {"sesv2": "ses", "eventbridge": "events", "secrets-manager": "secretsmanager"}
SERVICES: Final[dict[str, Any]] = {"dynamodb": "dynamodb", "sqs": "sqs", "firehose": "firehose", "events": "events"}
"""The busy ones, by the first part of their hosts."""
_AWS: Final = re.compile(r"https?://[^/]+\.amazonaws\.com(/|$)")
lock: Final = threading.RLock()
"""moto is not thread-safe: whoever touches it holds this."""
Responder = Callable[[AWSPreparedRequest, str], Answer | None]
Heard = Callable[[str, AWSPreparedRequest, bytes], None]
Witness = Callable[[str, str, str, AWSPreparedRequest], None]
"""Told of each call of a function: whose, service, operation, request."""


class Gateway:
    """Stands between botocore and moto while a stack runs."""

    def __init__(self, running: Callable[[], str | None], responder: Responder, heard: Heard) -> None:
        self.running, self.responder, self.heard = running, responder, heard
        self.costs = Costs()
        self.faults = Faults()
        self.witness: Witness | None = None

    def answer(self, stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest) -> Answer | None:
        """The answer to one HTTP request of an AWS client in this process."""
        if not _AWS.match(request.url):
            return None  # somebody in this process asks the AWS port
        _, client, operation = event_name.split(".", 2)
        service = NAMES.get(client, client)
        function = self.running()
        if function is None:
            return self.responder(request, operation) or _moto(stubber, request)
        if self.witness:
            self.witness(function, service, operation, request)
        death = self.faults.count(function)
        if death and death.when == "before":
            die(death)
        fault = self.faults.take(client, operation)
        found = None if fault and not fault.applied else self._carry_out(stubber, service, operation, request)
        if fault:
            found = fail(fault, request)
        if death:
            die(death)
        return found

    def _carry_out(self, stubber: BotocoreStubber, service: str, operation: str, request: AWSPreparedRequest) -> Answer:
        body = bytes_of(request.body)
        items = self.costs.before(service, operation, body)
        status, headers, answer = self.responder(request, operation) or _moto(stubber, request)
        if service == "dynamodb":
            self.costs.after(operation, body, items, answer, status)
        if status == 200:
            self.heard(f"{service}.{operation}", request, answer)
        return status, headers, answer


_methods: dict[str, list[tuple[re.Pattern[str], Any]]] = {}


def _moto(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Answer:
    """moto's answer, by the way its stubber found the first time for this host: looking takes longer than answering."""
    host, _, path = request.url.partition("://")[2].partition("/")
    url = f"https://{host}/{path.partition('?')[0]}"
    for pattern, method in _methods.get(host, []):
        if pattern.match(url):
            normal = normalize_request(request)
            try:
                status, headers, body = method(normal, normal.raw_url, normal.headers)
            except HTTPException as error:
                status, headers, body = error.code or 500, dict(error.get_headers()), error.get_body()
            return int(status), dict(headers), bytes_of(body)
    status, headers, body = stubber.process_request(request) or (404, {}, b"")
    if host not in _methods and (service := SERVICES.get(host.split(".")[0])):
        backend = get_backend(service)[ACCOUNT]["us-east-1"]
        _methods[host] = [(re.compile(pattern), method) for pattern, method in backend.urls.items()]
    return int(status), dict(headers), bytes_of(body)


def bytes_of(body: Any) -> bytes:
    """A request's or answer's body, whatever botocore or moto keeps it in."""
    if body is None:
        return b""
    if hasattr(body, "read"):
        data: bytes = body.read()
        body.seek(0)
        return data
    return body.encode() if isinstance(body, str) else bytes(body)


_current: list[Gateway] = []


def install(gateway: Gateway) -> None:
    """From now on this gateway answers every AWS client of the process."""
    _current[:] = [gateway]
    replace(BotocoreStubber, "__call__", _call)


def _call(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    if not stubber.enabled or not _current:
        return None
    with lock:
        answer = _current[0].answer(stubber, event_name, request)
    if answer is None:
        return None
    status, headers, body = answer
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))
