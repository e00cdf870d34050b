"""What was decided is archived, also where the archive takes nothing for now."""

import pytest

from kairos.domain.state import Customer, State
from tests.unit.domain.shop import HOUR, T0, event, joined
from tests.unit.service.test_evaluate import bodies, shop


def test_what_was_decided_while_the_archive_took_nothing_is_archived_when_it_does():
    always = shop().hear(joined(), event("signup")).records()
    workers = shop()
    workers.archive.closed = True
    workers.hear(joined(), event("signup"))
    assert (workers.records(), workers.statuses()) == ([], ["sent"])
    workers.archive.closed = False
    known = workers.settle().records()
    assert [one for one in known if one != ("refused", "duplicate")] == always
    assert workers.world.events == []


def test_an_archive_that_takes_nothing_for_long_is_asked_again_with_each_delivery_and_no_more():
    workers = shop()
    workers.archive.closed = True
    workers.hear(joined(), event("signup"))
    waiting = [body for body in workers.world.events if body["kairos"] == "record"]
    assert len(waiting) == 3 and workers.settle().settle().world.events.count(waiting[0]) == 1


@pytest.mark.parametrize("erased", [T0 - 1, T0 + 1])
def test_what_was_decided_of_somebody_forgotten_since_is_not_archived_late(erased):
    workers = shop()
    record = {"time": T0, "customer": "anna", "campaign": "welcome", "key": "k", "outcome": "entered", "reason": ""}
    workers.world.states["anna"] = Customer("anna", State(erased=erased))
    workers.world.now = T0 + HOUR
    assert workers.evaluate.batch(bodies({"kairos": "record", "record": record})) == []
    assert workers.world.lines == ([{"record": record}] if erased < T0 else [])
