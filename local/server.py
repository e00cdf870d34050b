"""Two ports: the HTTP API with the local routes, and an AWS endpoint on the same backends."""

import os
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug import Request as WebRequest
from werkzeug import Response as WebResponse
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local import routes
from local.aws.gateway import lock
from local.aws.http_api import Request, Response, problem
from local.aws.outside import with_providers
from local.clock import MINUTE
from local.stack import Stack

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing of what went well."""


class _QuietAws(MotoRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing of what went well."""


class PortTaken(Exception):
    """Somebody listens there already, or it may not be listened on; the text says which port, and why."""


class Server:
    """Serves a stack; in the background works off what arrives, and by the wall clock what comes due."""

    def __init__(self, port: int, aws_port: int) -> None:
        """Listens from now on. Raises PortTaken."""
        self.stack: Stack | None = None
        self._woken = threading.Event()
        self._stopping = False
        aws = with_providers(
            DomainDispatcherApplication(create_backend_app), lambda: self.stack.providers if self.stack else None
        )
        self._aws = _locked(aws, self._woken.set)
        self._http = _listening(port, self._answer, _Quiet)
        self._aws_http = _listening(aws_port, self._aws, _QuietAws)
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.port}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self._aws_http.port}"

    def start(self, stack: Stack) -> None:
        """Serves from now on."""
        self.stack = stack
        for work in (self._http.serve_forever, self._aws_http.serve_forever, self._work):
            self._threads.append(threading.Thread(target=work, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """No request is taken and nothing is worked on afterwards."""
        self._stopping = True
        self._woken.set()
        self._http.shutdown()
        self._aws_http.shutdown()
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        self._aws_http.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = WebRequest(environ)
        answer = self._handle(
            Request(
                asked.method,
                asked.path,
                asked.query_string.decode("latin-1"),
                {name.lower(): value for name, value in asked.headers.items()},
                asked.get_data(),
                asked.remote_addr or "127.0.0.1",
            )
        )
        self._woken.set()
        made = WebResponse(answer.body, answer.status, dict(answer.headers))
        for cookie in answer.cookies:
            made.headers.add("set-cookie", cookie)
        return made(environ, start_response)

    def _handle(self, request: Request) -> Response:
        stack = self.stack
        if stack is None:
            return problem(503, "Service Unavailable", "not up yet")
        return routes.handle(stack, request) or stack.api.handle(request, stack.clock())

    def _work(self) -> None:
        stack, minute = self.stack, 0
        if stack is not None:
            stack.lambdas.warm()
        while not self._stopping and stack is not None:
            self._woken.wait(timeout=None if stack.clock.virtual else 0.2)
            self._woken.clear()
            try:
                if stack.clock.virtual:
                    stack.settle()
                else:
                    with stack.player.playing:
                        stack.player.poller.drain()
                    if (now := stack.clock() // MINUTE) != minute:
                        minute = now
                        stack.player.minute(now * MINUTE)
            except Exception as error:
                stack.lambdas.log(f"the background worker goes on after {error!r}")


def _listening(port: int, app: Wsgi, handler: type[WSGIRequestHandler]) -> BaseWSGIServer:
    try:
        with socket.create_server(("127.0.0.1", port)) as listening:  # werkzeug itself would print, and exit
            return make_server("127.0.0.1", port, app, threaded=True, request_handler=handler, fd=listening.fileno())
    except OSError as error:
        raise PortTaken(f"port {port}: {os.strerror(error.errno or 0)}") from error


def _locked(app: Any, done: Callable[[], None]) -> Wsgi:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with lock:
            body = list(app(environ, start_response))
        done()
        return body

    return answer
