"""The canaries sing where somebody is in a line, and only there."""

import logging

import pytest

from kairos.service import trouble
from local.aws.logs import Logs
from tests.canaries import CANARIES, sings


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ('{"level":"ERROR","message":"to ada@example.com"}', "ada@example.com"),
        ("+4520123456 is opted out", "+4520123456"),
        ("hello Ada,", "Ada"),
        ("<!doctype html>", "<!doctype"),
        ("message abcdefghijklmnop: KeyError at decide.py:120", ""),
        ("sender hello@nordlys.example is not verified", ""),
        ('{"_aws":{"Timestamp":1777881600000},"service":"kairos-deliver","Sent":1.0}', ""),
        ("campaign abandoned-cart, customer ada", ""),  # an id is no name
        ("2026-05-04T08:00:00+00:00 and 1.5+12345678", ""),
        ('File "/x/ada@host/deliver.py", line 3', ""),
    ],
)
def test_somebody_in_a_line_is_found(line: str, who: str) -> None:
    assert sings(line) == who


def test_every_line_of_a_function_and_every_record_of_the_engine_is_heard() -> None:
    before = CANARIES.heard
    logs = Logs(lambda line: None)
    with logs.capture():
        print('{"level":"INFO","message":"to ada@example.com"}')
    logging.getLogger("kairos.service.agreed").warning("Ada has no address")
    try:
        raise ValueError("ada@example.com")
    except ValueError as error:
        trouble.note("message m1", error)
    assert CANARIES.heard == before + 3
    assert [one.partition(" in: ")[0] for one in CANARIES.drain()] == ["'ada@example.com'", "'Ada'"]
