"""What an import says it will do, before it does it."""

from local.importing.columns import columns
from local.importing.plan import columns_in_words, starting
from tests.unit.domain.shop import campaign, catalog, started

TIER = {"kind": "change", "of": ["attributes", "tier"], "to": ["gold"]}
SHOP = catalog(
    vip=campaign(TIER), confirm=campaign(started("consent.requested")), cart=campaign(started("cart.updated")),
    off=campaign(TIER, status="paused"),
)  # fmt: skip


def test_every_column_is_said_and_what_is_left_out():
    header = ["id", "n", "x"]
    known = columns(header, {"n": "attributes.n:number", "x": "-"}, [])
    assert list(columns_in_words(header, known)) == ["id  id", "n   attributes.n (number)", "x   is left out"]


def test_the_live_campaigns_that_may_start_are_named():
    for header, names in (
        (["id", "tier"], ["vip"]),
        (["id", "city"], []),
        (["id", "tier", "consent.news.email"], ["confirm", "vip"]),
    ):
        assert starting(SHOP, list(columns(header, {}, ["news"]).values())) == names
