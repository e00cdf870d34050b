"""News of products reach their audience once, wherever a worker dies and however often an update comes."""

import pytest

from kairos.domain.events import Event
from kairos.domain.sources import canonical
from kairos.service.goods import TRIES, Goods
from kairos.service.ports import Contended
from tests.fake_fan_outs import FakeProducts
from tests.fakes import World
from tests.unit.service.spreading import Spreading, written

CHEAPER = "external: product.price_dropped, audience: {attributes: {region: [north]}}, steps: [send: {channel: email, template: a}]"
SILENT = CHEAPER.replace("product.price_dropped", "frost")


def shop(definition=CHEAPER):
    return Spreading(written(definition)).people(["anna", "bo"])


def costs(shop, id, price, again=1):
    now = shop.world.now
    said = Event(
        id, "product.updated", now, now, "shop", properties={"product_id": "lamp", "name": "L", "price": price}
    )
    shop.world.events += [{"kairos": "event", "event": canonical.to_dict(said)}] * again
    return shop


def later(shop):
    shop.world.now += 60_000
    return shop


def test_a_price_that_drops_reaches_those_whom_it_concerns_once():
    here = costs(shop(), "u1", 100).settle()
    costs(later(here), "u2", 80, again=3).settle()
    costs(later(here), "u3", 80).settle()
    assert here.reached() == ["anna", "bo"]
    assert [line["event"]["type"] for line in here.world.lines if "event" in line].count("product.price_dropped") == 3


def lived(kill_at, after):
    """A price drops, with one death on the way, and stays where it is."""
    here = costs(shop(), "u1", 100).settle()
    costs(later(here), "u2", 80)
    here.world.step, here.world.kill_at, here.world.after = 0, kill_at, after
    here.settle().minutes(15)
    return costs(here, "u3", 80).settle()


CALLS = lived(0, False).world.step


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_a_worker_dies_it_is_told_once(after):
    assert CALLS > 10
    for kill_at in range(1, CALLS + 1):
        assert lived(kill_at, after).reached() == ["anna", "bo"], kill_at


def test_where_no_campaign_waits_for_news_nothing_is_remembered():
    here = costs(shop(SILENT), "u1", 100).settle()
    assert here.products.known == {}


def test_who_was_overtaken_compares_with_what_is_known_by_now():
    here = costs(shop(), "u1", 100).settle()
    here.products.races = TRIES - 1
    costs(later(here), "u2", 80).settle()
    assert here.reached() == ["anna", "bo"]


def test_whom_others_always_overtake_comes_again():
    world = World()
    goods = Goods(FakeProducts(world, races=TRIES), written(CHEAPER), world.clock)
    said = Event("u1", "product.updated", world.now, world.now, properties={"product_id": "lamp", "price": 1})
    with pytest.raises(Contended):
        goods(said)
