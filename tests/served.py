"""The AWS port of a stack that runs in this process, for whoever speaks to it from another one, or like it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.aws.outside import with_providers
from local.aws.providers import Providers


@contextmanager
def aws_port(providers: Providers) -> Iterator[dict[str, str]]:
    """The environment in which any AWS client reaches it, the providers too. Nothing is worked off but by the test."""
    aws = with_providers(DomainDispatcherApplication(create_backend_app), lambda: providers)
    server = make_server("127.0.0.1", 0, aws, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    server.shutdown()
    thread.join()
    server.server_close()
