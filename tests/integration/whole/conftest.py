"""The command line against the embedded system, over its AWS port, as in another terminal."""

import threading
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.cli import kairos
from local.stack import Stack

Kairos = Callable[..., Result]


@pytest.fixture
def command(whole: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kairos]:
    """`kairos …`. Only the port is served: nothing is worked off but by the test."""
    aws = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, aws, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    given = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}", "AWS_DEFAULT_REGION": "eu-west-1"}
    for name, value in {**given, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}.items():
        monkeypatch.setenv(name, value)
    yield lambda *arguments: CliRunner().invoke(kairos, [str(argument) for argument in arguments])
    server.shutdown()
    thread.join()
    server.server_close()
