"""What every client in memory has in common: the question what goes wrong, and the answer of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.aws.errors import Invalid, failure
from tests.simulation.aws.faults import Faults

Request = Mapping[str, Any]


class Client:
    """A low-level client of one service. It calls once: `sdk.Retrying` tries again as botocore does."""

    def __init__(self, service: str, faults: Faults) -> None:
        self._service = service
        self._faults = faults

    def close(self) -> None:
        """Botocore's clients have it; there are no connections here."""

    def _call(self, operation: str, request: Request, work: Callable[[Request], Any]) -> Any:
        fault = self._faults.call(self._service, operation, request)
        if fault is None:
            return self._carry_out(operation, request, work)
        if fault.applied:
            with suppress(ClientError):  # refused or not, nobody hears of it
                self._carry_out(operation, request, work)
        raise fault.exception(operation)

    def _carry_out(self, operation: str, request: Request, work: Callable[[Request], Any]) -> Any:
        try:
            return work(request)
        except Invalid as error:
            raise failure(error.code, operation, str(error)) from None
