"""Where an error happened, said without any value it may carry."""

import logging
import traceback

log = logging.getLogger("kairos")


def where(error: BaseException) -> str:
    """`KeyError at decide.py:120`: enough to find it, nothing of a customer."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"


def note(what: str, error: BaseException) -> None:
    """Logs it as an error."""
    log.error("%s: %s", what, where(error))
