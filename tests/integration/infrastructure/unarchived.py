"""What the functions do while the archive takes nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.infrastructure.recording import Run


def unarchived(run: "Run") -> None:
    """Of somebody who is decided on, and written to."""
    for who in ("anna", "bodil"):
        run.put(who)
    run.stack.fail("firehose", "PutRecord", "ServiceUnavailableException", times=12)
    for who in ("anna", "bodil"):
        run.happens("hello", who)
    run.stack.gateway.faults.waiting.clear()
