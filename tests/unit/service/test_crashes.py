"""Killed between any two steps: nothing is sent twice that must not be, and nothing stays under way for ever."""

import pytest

from kairos.service.ports import Control, InDoubt
from tests.unit.domain.shop import HOUR, campaign, catalog, event, joined, send, started
from tests.unit.service.workers import Workers

WELCOME = campaign(started("signup"), send("hello", "email"))
PARCEL = campaign(started("signup"), send("hello", "email", topic="service"), topic="service")
LONGEST = 120
"""Minutes after which everything must have come to an end."""


def lived(definition, kill_at, after, *, loses=False, answers=(), took=False):
    workers = Workers(catalog(welcome=definition), loses=loses, kill_at=kill_at, after=after)
    workers.provider.answers, workers.provider.took = list(answers), took
    return workers.hear(joined(topics=("offers", "service")), event("signup")).minutes(LONGEST)


CALLS = lived(WELCOME, 0, False).world.step


@pytest.mark.parametrize("loses", [False, True], ids=["redelivered", "lost by the queue"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_marketing_message_goes_out_at_most_once_wherever_its_worker_dies(after, loses):
    outcomes = set()
    for kill_at in range(1, CALLS + 1):
        workers = lived(WELCOME, kill_at, after, loses=loses)
        assert len(workers.world.messages) == 1, kill_at
        assert len(workers.world.accepted) <= 1, kill_at
        assert set(workers.statuses()) <= {"sent", "given_up"}, kill_at
        assert not any(m.due for m in workers.world.messages.values()), kill_at
        outcomes.add((*workers.statuses(), len(workers.world.accepted)))
    assert ("sent", 1) in outcomes
    assert ("given_up", 0 if not after else 1) in outcomes, "no death ever fell between claim and receipt"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_transactional_message_goes_out_at_least_once_wherever_its_worker_dies(after):
    for kill_at in range(1, CALLS + 1):
        workers = lived(PARCEL, kill_at, after)
        assert 1 <= len(workers.world.accepted) <= 3, kill_at
        assert workers.statuses() == ["sent"], kill_at


@pytest.mark.parametrize("took", [False, True])
def test_a_marketing_message_in_doubt_is_given_up_and_never_sent_again(took):
    workers = lived(WELCOME, 0, False, answers=[InDoubt("timeout")], took=took)
    assert (workers.statuses(), len(workers.world.accepted)) == (["given_up"], int(took))
    assert workers.records().count(("in_doubt", "in_doubt")) == 1


def test_a_transactional_message_in_doubt_is_sent_three_times_at_most():
    workers = lived(PARCEL, 0, False, answers=[InDoubt("timeout")] * 5, took=True)
    assert (workers.statuses(), len(workers.world.accepted)) == (["given_up"], 3)


def test_a_message_that_may_have_gone_out_is_never_called_refused():
    """In doubt, then held until it has expired: the simulator's finding."""
    workers = Workers(catalog(welcome=PARCEL | {"expires": HOUR}))
    workers.provider.answers, workers.provider.took = [InDoubt("timeout")], True
    workers.hear(joined(topics=("offers", "service")), event("signup"))
    workers.world.control_now = Control(frozenset({"all"}))
    workers.minutes(90)
    workers.world.control_now = Control()
    (message,) = workers.minutes(20).world.messages.values()
    assert (message.status, message.reason, len(workers.world.accepted)) == ("given_up", "expired", 1)
    assert not any(outcome == "refused" for outcome, _ in workers.records())
