"""What a batch does where customers cannot be read."""

import pytest

from kairos.service.ports import Unavailable
from kairos.service.reading import IN_VAIN
from tests.unit.domain.shop import T0
from tests.unit.service.test_evaluate import bodies, shop

MANY = 20


def heard():
    told = {"type": "signup", "time": T0, "received": T0}
    return bodies(
        *({"kairos": "event", "event": {**told, "id": f"e{n}", "customer": {"id": f"c{n:02}"}}} for n in range(MANY))
    )


def reading(workers, trouble):
    """Which customers are asked for in a request; those of `trouble` are not answered for."""
    asked, read = [], workers.customers.read

    def counted(ids, *, profiles=(), consistent=False):
        asked.append(set(ids))
        if trouble & set(ids):
            raise Unavailable("no answer")
        return read(ids, profiles=profiles, consistent=consistent)

    workers.customers.read = counted
    return asked


def test_of_a_table_that_answers_nobody_not_everybody_is_asked_for():
    workers = shop()
    everybody = {f"c{n:02}" for n in range(MANY)}
    asked = reading(workers, everybody)
    assert workers.evaluate.batch(heard()) == [str(n) for n in range(MANY)]
    assert asked == [everybody, *({f"c{n:02}"} for n in range(IN_VAIN))]
    assert workers.world.lines == []


@pytest.mark.parametrize("who", ["c00", "c07", "c19"])
def test_one_customer_who_is_not_answered_for_holds_up_nobody_else(who):
    workers = shop()
    reading(workers, {who})
    assert workers.evaluate.batch(heard()) == [str(int(who[1:]))]
    assert len(workers.world.states) == MANY - 1
