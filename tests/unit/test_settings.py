"""The environment is complete, or the door does not open."""

import pytest

from kairos import settings

SWEEP = {
    "TABLE": "t",
    "EVENTS_QUEUE": "e",
    "SEND_QUEUE": "s",
    "FAN_OUT_QUEUE": "f",
    "ERASE_QUEUE": "x",
    "CATALOG_DIR": "c",
}


def test_each_field_is_the_variable_of_its_name():
    assert settings.read(settings.Sweep, SWEEP) == settings.Sweep("t", "e", "s", "f", "x", "c")


def test_every_missing_variable_is_named():
    with pytest.raises(
        settings.BadSettings, match="EVENTS_QUEUE is not set; SEND_QUEUE is not set; FAN_OUT_QUEUE is not set"
    ):
        settings.read(settings.Sweep, {"TABLE": "t", "EVENTS_QUEUE": ""})


@pytest.mark.parametrize("given", ["0", "many", "-1"])
def test_a_number_must_be_one(given):
    names = [f.upper() for f in settings.Deliver.__dataclass_fields__]
    with pytest.raises(settings.BadSettings, match="SEND_CONCURRENCY must be a whole number above 0"):
        settings.read(settings.Deliver, dict.fromkeys(names, "x") | {"SEND_CONCURRENCY": given})
