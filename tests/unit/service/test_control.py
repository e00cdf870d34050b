"""The kill switch."""

import pytest

from kairos.service.control import Switch, named
from tests import fakes
from tests.unit.domain.shop import catalog, event, joined
from tests.unit.service.test_deliver import WELCOME
from tests.unit.service.workers import Workers


@pytest.mark.parametrize(
    ("campaign", "channel", "names"),
    [
        (None, None, ["all"]),
        ("welcome", None, ["campaign:welcome"]),
        (None, "sms", ["channel:sms"]),
        ("welcome", "sms", ["campaign:welcome", "channel:sms"]),
    ],
)
def test_what_is_stopped_has_a_name(campaign, channel, names):
    assert named(campaign, channel) == names


def test_resume_does_not_make_held_messages_wait():
    workers = Workers(catalog(welcome=WELCOME))
    due = fakes.FakeDue(workers.world)
    switch = Switch(workers.control, workers.reputation, due, workers.queues, workers.world.clock)
    switch.stop("welcome")
    assert workers.hear(joined(), event("signup")).statuses() == ["pending"]
    switch.resume("welcome")
    assert workers.settle().statuses() == ["sent"]
