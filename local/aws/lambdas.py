"""Runs the functions as Lambda would: own module, own environment, one invocation at a time."""

import importlib.util
import os
import sys
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from local.aws.logs import Logs
from local.aws.template import ACCOUNT, REGION

Handler = Callable[[Any, Any], Any]


class Killed(BaseException):
    """The sandbox died here; no handler can catch it."""


class FunctionError(Exception):
    """The function raised, or its sandbox died."""


@dataclass(frozen=True)
class Context:
    """What Lambda hands a handler besides the event."""

    function_name: str
    memory_limit_in_mb: int
    timeout: int
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    log_group_name: str = "local"
    log_stream_name: str = "local"
    client_context: None = None
    identity: None = None

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return self.timeout * 1000


@dataclass(frozen=True)
class Function:
    """One function of the template."""

    name: str
    code: Path
    handler: str  # module.function
    environment: Mapping[str, str]
    timeout: int
    memory: int


class Lambdas:
    """All functions, loaded when first invoked."""

    def __init__(self, functions: Mapping[str, Function], log: Callable[[str], None]) -> None:
        self.functions = functions
        self.log = log
        self.running: str | None = None
        self.invocations: dict[str, int] = dict.fromkeys(functions, 0)
        self.lock = threading.RLock()
        self._loaded: dict[str, Handler] = {}
        self.logs = Logs(log)

    def invoke(self, name: str, event: Any) -> Any:
        """What the handler returns. FunctionError if it raises or is killed; a killed sandbox is started anew."""
        function = self.functions[name]
        with self.lock, self._sandbox(function):
            self.invocations[name] += 1
            try:
                return self._handler(function)(event, Context(name, function.memory, function.timeout))
            except Killed as error:
                self._loaded.pop(name, None)
                raise FunctionError(f"{name} was killed {error}") from None
            except Exception as error:
                self.log(f"{name} failed\n{traceback.format_exc()}")
                self.logs.said(traceback.format_exc())
                raise FunctionError(f"{name}: {error!r}") from error

    def warm(self) -> None:
        """Loads every function, as the first requests would."""
        for name in self.functions:
            self.module(name)

    def module(self, name: str) -> ModuleType:
        """The function's module, loaded if it is not yet."""
        with self.lock, self._sandbox(self.functions[name]):
            self._handler(self.functions[name])
        return sys.modules[_unique(name)]

    def close(self) -> None:
        """Ends every sandbox."""
        for name in self.functions:
            sys.modules.pop(_unique(name), None)
        self._loaded.clear()

    @contextmanager
    def _sandbox(self, function: Function) -> Iterator[None]:
        outer, kept = self.running, dict(os.environ)
        os.environ.clear()
        os.environ.update({**_system(function), **function.environment})
        self.running = function.name
        try:
            with self.logs.capture():
                yield
        finally:
            self.running = outer
            os.environ.clear()
            os.environ.update(kept)

    def _handler(self, function: Function) -> Handler:
        if function.name not in self._loaded:
            module, name = function.handler.rsplit(".", 1)
            self._loaded[function.name] = getattr(_load(function, module), name)
        return self._loaded[function.name]


def _unique(name: str) -> str:
    return f"local_sandbox_{name}"


def _load(function: Function, module: str) -> ModuleType:
    unique = _unique(function.name)
    spec = importlib.util.spec_from_file_location(unique, function.code / f"{module}.py")
    if spec is None or spec.loader is None:
        raise FunctionError(f"{function.name}: no {function.code / module}.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[unique] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def _system(function: Function) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "POWERTOOLS_TRACE_DISABLED": "true",  # there is no X-Ray daemon here
        "PATH": os.defpath,
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
    }
