"""Conditions and campaigns of every kind as somebody might write them, and stories in which they may hold."""

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from kairos.domain.definitions import Catalog
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.link import link
from tests.unit.domain.properties.lives import AGO, LATENESS, Happened, happened

Written = dict[str, Any]
OUTSIDE: Final = ("page.viewed", "cart.updated", "order.placed", "booking.created", "whitepaper.downloaded")
TOYS: Final[Written] = {"properties": {"category": ["toys"]}}
PAID: Final[Written] = {"properties": {"total": [{"numeric": [">", 0]}]}}
RULES: Final[Written] = {
    "brand": {"name": "Nordlys", "email": "hello@nordlys.example"}, "timezone": "Europe/Copenhagen",
    "topics": {"offers": {"consent": "explicit"}, "service": {"transactional": True}},
    "attributes": {"indexed": ["region", "tier"]},
    "interest": {
        "category": {"path": "properties.category", "half_life": "2d", "events": {"page.viewed": 1, "cart.updated": 3}},
        "product": {"path": "properties.product_id", "half_life": "30d", "events": {"page.viewed": 1}},
        "owned": {"path": "properties.items.product_id", "events": {"order.placed": 1}},
    },
    "scoring": [
        {"event": "whitepaper.downloaded", "points": 20, "within": "3d", "at_most": 2},
        {"event": "page.viewed", "match": TOYS, "points": 5},
        {"event": ["cart.updated", "booking.created"], "points": -7, "within": "1d"},
    ],
    "grades": [
        {"grade": "A", "when": {"attributes": {"employees": [{"numeric": [">=", 50]}]}}},
        {"grade": "B", "when": {"did": {"event": "order.placed", "within": "2d", "times": {"at_least": 2}}}},
    ],
}  # fmt: skip

SPANS: Final = st.sampled_from(("30m", "1h", "6h", "1d", "2d", "5d"))
LEAVES: Final[Mapping[str, Any]] = {
    "country": st.sampled_from((["DK"], ["SE", "DK"], [{"anything-but": ["SE"]}], [{"exists": False}], [{"prefix": "D"}])),
    "tier": st.sampled_from((["gold"], [""], [{"anything-but": "gold"}], [{"exists": True}])),
    "employees": st.sampled_from(([{"numeric": [">=", 10, "<", 500]}], [50], ["many", 1])),
    "region": st.sampled_from((["north"], [7], [True], ["{{ event.properties.region }}"], [{"exists": False}, "west"])),
}  # fmt: skip


@st.composite
def selectors(draw: st.DrawFn) -> Written:
    """Some types, `any` among them, and perhaps a pattern."""
    types = draw(
        st.one_of(
            st.sampled_from((*OUTSIDE, "any")), st.lists(st.sampled_from(OUTSIDE), min_size=1, max_size=3, unique=True)
        )
    )
    match = draw(st.sampled_from((None, None, TOYS, PAID, {"type": [{"prefix": "page"}]})))
    return {"event": types} | ({"match": match} if match else {})


@st.composite
def counted(draw: st.DrawFn) -> Written:
    """How often within which window."""
    asked, within, low = draw(selectors()), draw(st.none() | SPANS), draw(st.integers(0, 4))
    high = draw(st.none() | st.integers(low, 5))
    times = {"at_least": low} | ({} if high is None else {"at_most": high})
    return asked | ({"within": within} if within else {}) | ({} if times == {"at_least": 1} else {"times": times})


@st.composite
def interests(draw: st.DrawFn) -> Written:
    """Bounds lie between what whole weights and half-lives add up to."""
    dimension, values = draw(
        st.sampled_from((
            ("category", ["toys"]), ("category", ["books", "shoes"]), ("product", ["1", "2"]), ("owned", ["3"]),
            ("category", ["{{ event.properties.category }}"]), ("owned", ["{{ event.properties.product_id }}"]),
        ))
    )  # fmt: skip
    asked: Written = {dimension: values, "at_least": draw(st.sampled_from((0.13, 0.83, 1.37, 2.61)))}
    top = draw(st.none() | st.integers(1, 3))
    return asked | ({"top": top} if top else {})


def scores() -> st.SearchStrategy[Written]:
    bounds = st.fixed_dictionaries({}, optional={"at_least": st.integers(-10, 25), "at_most": st.integers(25, 60)})
    return bounds.filter(bool)


def patterns() -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({}, optional=LEAVES).filter(bool)


STANDING: Final = st.one_of(  # what segments may ask, and what passing time may change by windows alone
    patterns().map(lambda pattern: {"attributes": pattern}),
    counted().map(lambda asked: {"did": asked}),
    counted().map(lambda asked: {"did_not": asked}),
    scores().map(lambda asked: {"score": asked}),
    st.sampled_from((["A"], ["B"], ["A", "B"])).map(lambda grades: {"grade": grades}),
)
FREELY: Final = st.one_of(
    STANDING,
    st.tuples(st.sampled_from(("declared", "backend", "behaviour")), patterns()).map(lambda pair: dict([pair])),
    interests().map(lambda asked: {"interest": asked}),
    st.sampled_from((["reader"], ["reader", "buyer"], ["buyer"])).map(lambda tags: {"tagged": tags}),
    st.just({"segment": "drawn"}),
    st.just({"in_campaign": "waiting"}),
    st.sampled_from(("1d", "3d", None)).map(
        lambda within: {"received": {"campaign": "tagging"} | ({"within": within} if within else {})}
    ),
    st.builds(
        lambda start, end, days: {"local_time": {"from": start, "to": end} | ({"days": days} if days else {})},
        st.sampled_from(("09:00", "21:00")), st.sampled_from(("08:00", "17:30")), st.sampled_from((None, ["mon", "thu", "sat"])),
    ),
    st.sampled_from((TOYS, PAID, {"properties": {"region": ["{{ attributes.region }}"]}})).map(lambda p: {"event": p}),
)  # fmt: skip


def nested(leaves: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    """`all`, `any` and `not`, within one another."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=4).map(lambda some: {"all": some}),
            st.lists(parts, min_size=1, max_size=4).map(lambda some: {"any": some}),
            parts.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    )


CONDITIONS: Final = nested(FREELY)
SEGMENTS: Final = nested(STANDING)


def shop(campaigns: Mapping[str, Written], **rules: Any) -> Catalog:
    """The catalog of what is written."""
    bundles = {
        name: Campaign.model_validate({"status": "live", "topic": "offers", "steps": ["exit"]} | one).bundle()
        | {"event_paths": []}
        for name, one in campaigns.items()
    }
    policy = Policy.model_validate(RULES | rules).bundle()
    return link({"format": 1, "hash": "test", "policy": policy, "campaigns": bundles})


def sent(ago: int, late: int, campaign: str) -> Happened:
    return Happened("message.sent", ago, late, {"campaign": campaign}, own=True)


STORY: Final = st.lists(
    st.one_of(happened(), st.builds(sent, AGO, LATENESS, st.sampled_from(("tagging", "g0")))), min_size=3, max_size=18
)  # fmt: skip
