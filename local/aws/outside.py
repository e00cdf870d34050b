"""The providers, for AWS clients outside of this process: what moto's server does not know is answered, what is sent is kept."""

import io
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from local.aws.names import NOW
from local.aws.providers import Providers

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_PATHS: Final = (
    ("POST", re.compile(r"/v2/email/outbound-emails"), "ses.SendEmail"),
    ("GET", re.compile(r"/v2/email/account"), "ses.GetAccount"),
    ("POST", re.compile(r"/v1/apps/[^/]+/messages"), "pinpoint.SendMessages"),
    ("POST", re.compile(r"/v1/whatsapp/send"), "socialmessaging.SendWhatsAppMessage"),
)
_TARGETS: Final = {"PinpointSMSVoiceV2.SendTextMessage": "pinpoint-sms-voice-v2.SendTextMessage"}


def with_providers(app: Wsgi, providers: Callable[[], Providers | None]) -> Wsgi:
    """The AWS endpoint with a provider's side for each way to send; its answers tell the stack's time."""

    def answer(environ: dict[str, Any], started: Any) -> Iterable[bytes]:
        start_response = _timed(started, providers())
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        call, ours = _call(environ, body), providers()
        if call is None or ours is None:
            return app(environ, start_response)
        request = _request(environ, body)
        status, told = "200 OK", b""
        if found := ours.answer(request, call.partition(".")[2]):
            told = found[2]
            start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
        else:
            statuses: list[str] = []

            def noted(status: str, *more: Any) -> Any:
                statuses.append(status)
                return start_response(status, *more)

            told = b"".join(app(environ, noted))
            status = statuses[-1]
        if status.startswith("200"):
            ours.heard(call, request, told)
        return [told]

    return answer


def _timed(start_response: Any, providers: Providers | None) -> Any:
    """For commands, which are in a process of their own: their clock is the wall's, the stack's may stand elsewhere."""
    if providers is None:
        return start_response

    def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (NOW, str(providers.clock()))], *more)

    return started


def _call(environ: dict[str, Any], body: bytes) -> str | None:
    """The call, if it is one of a provider's."""
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    for asked, pattern, named in _PATHS:
        if method == asked and pattern.fullmatch(path):
            return named
    if target := _TARGETS.get(environ.get("HTTP_X_AMZ_TARGET", "")):
        return target
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return "sns.Publish" if form and parse_qs(body.decode("utf-8", "replace")).get("Action") == ["Publish"] else None


def _request(environ: dict[str, Any], body: bytes) -> AWSPreparedRequest:
    url = f"http://{environ.get('HTTP_HOST', 'localhost')}{environ.get('PATH_INFO', '')}"
    return AWSPreparedRequest(environ["REQUEST_METHOD"], url, HTTPHeaders(), body, False)
