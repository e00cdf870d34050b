"""An audience is reached page by page: everybody once, whoever dies, and whatever changes meanwhile."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kairos.service.fan_out import HOPS, PAUSE, RESERVE, STRETCH, UNSENT, WAITING
from kairos.service.occurrences import LEASE
from kairos.service.ports.fan_out import FanOutRef
from local.aws.template import Template
from tests.fake_fan_outs import shard
from tests.unit.domain.shop import HOUR, MINUTE
from tests.unit.service.spreading import PLENTY, Spreading, written

FROST = "external: frost, audience: {attributes: {region: [north, east]}}, steps: [send: {channel: email, template: a}]"
NORTH, EAST, SOUTH = [f"n{n}" for n in range(5)], [f"e{n}" for n in range(4)], ["s0", "s1"]
EVERYBODY = sorted(NORTH + EAST)
TEMPLATE = Path(__file__).parents[3] / "template.yaml"
REF = FanOutRef("hello#frost-1")


def shop(text: str = FROST, *, loses: bool = False, size: int = 3) -> Spreading:
    made = Spreading(written(text), loses=loses, size=size)
    return made.people(NORTH).people(EAST, "east").people(SOUTH, "south")


def one_shard(count: int) -> list[str]:
    """Customers of one shard in the order in which they are reached."""
    return sorted(who for n in range(10 * count) if shard(who := f"c{n:03}") == 0)[:count]


def lived(kill_at: int, after: bool, loses: bool) -> Spreading:
    """The whole way of one occurrence, with one death on it, and a quarter of an hour."""
    workers = shop(loses=loses)
    workers.world.step, workers.world.kill_at, workers.world.after = 0, kill_at, after
    return workers.frost().settle().minutes(15)


CALLS = shop().world.step and lived(0, False, False).world.step


@pytest.mark.parametrize("loses", [False, True], ids=["redelivered", "lost by the queue"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_everybody_is_reached_once_wherever_a_worker_dies(after: bool, loses: bool) -> None:
    for kill_at in range(1, CALLS + 1):
        workers = lived(kill_at, after, loses)
        assert workers.reached() == EVERYBODY, kill_at
        assert sorted(m.customer for m in workers.world.messages.values()) == EVERYBODY, kill_at
        assert workers.under_way() == [], kill_at


def test_those_deaths_were_at_every_call_of_a_port() -> None:
    """Two to start it and one to queue it; a page costs its reading, queueing and cursor; each customer a commit."""
    assert lived(0, False, False).reached() == EVERYBODY
    assert 3 + 3 * 3 + len(EVERYBODY) <= CALLS


def test_nobody_is_reached_by_what_concerns_nobody() -> None:
    workers = shop("external: frost, audience: {attributes: {region: ['{{ event.properties.region }}']}}")
    workers.frost().settle()
    assert workers.store.how_far == {}, "without a place there is nothing to page through"
    assert workers.reached() == []


def test_an_event_that_comes_twice_starts_one_fan_out() -> None:
    workers = shop()
    workers.frost().frost().settle()
    workers.frost().settle()
    assert workers.reached() == EVERYBODY and list(workers.store.how_far) == [REF.key]


def test_another_event_is_another_occurrence() -> None:
    workers = shop()
    workers.frost("frost-1").settle()
    workers.frost("frost-2").settle()
    assert [key for who, _, key in workers.placed.entered if who == "n0"] == ["frost-1", "frost-2"]
    assert len(workers.store.how_far) == 2


@pytest.mark.parametrize(("late", "started"), [(0, 1), (24 * HOUR - MINUTE, 1), (24 * HOUR, 0)])
def test_an_event_too_old_to_say_anything_starts_nothing(late: int, started: int) -> None:
    assert len(shop().frost(late=late).settle().store.how_far) == started


MEANWHILE: list[tuple[str, Callable[[Spreading, list[str]], object], set[int], set[int]]] = [
    # what, does it, who comes in addition (by place in the order), who is missing
    ("nothing", lambda shop, c: None, set(), set()),
    ("somebody joins ahead of the cursor", lambda shop, c: shop.put(c[9], "north"), {9}, set()),
    ("somebody joins behind it", lambda shop, c: shop.put(c[0], "north"), set(), set()),
    ("somebody not reached yet leaves", lambda shop, c: shop.put(c[8], "south"), set(), {8}),
    ("somebody on a page under way leaves", lambda shop, c: shop.put(c[2], "south"), set(), {2}),
    ("somebody moves between two places of it", lambda shop, c: shop.put(c[8], "east"), set(), set()),
    ("somebody leaves and comes back", lambda shop, c: shop.put(c[8], "south").put(c[8], "north"), set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "happens", "more", "less"), MEANWHILE, ids=[row[0] for row in MEANWHILE])
def test_who_comes_and_goes_while_an_audience_is_paged_through(
    what: str, happens: Callable[[Spreading, list[str]], object], more: set[int], less: set[int]
) -> None:
    customers, workers = one_shard(10), Spreading(written(FROST))
    before = set(range(1, 9))
    workers.people(customers[n] for n in sorted(before)).people([customers[0], customers[9]], "south")
    workers.left = once(lambda: happens(workers, customers))
    workers.frost().settle().minutes(2)
    assert workers.reached() == [customers[n] for n in sorted((before | more) - less)]
    assert workers.under_way() == []


def once(act: Callable[[], object]) -> Callable[[], int]:
    """Acts behind the first page, whose customers are not decided on yet; there is always enough time left."""
    waiting = [act]

    def left() -> int:
        if waiting:
            waiting.pop()()
        return PLENTY

    return left


def test_of_two_workers_on_one_fan_out_the_slower_ends_and_nobody_is_entered_twice() -> None:
    workers = shop(size=1)
    workers.left = once(lambda: workers.spread(REF, 0, lambda: PLENTY))
    workers.frost().settle()
    assert workers.reached() == EVERYBODY and workers.under_way() == []
    assert [r for r in workers.records() if r[1] == "duplicate"] == [("refused", "duplicate")], "one page came twice"


def test_a_worker_that_finds_another_ahead_of_it_pages_no_further() -> None:
    workers = shop()
    workers.frost()
    workers.evaluate.batch([])  # nothing yet
    workers.hear_of_it()
    found = workers.store.read(REF)
    assert found is not None and workers.store.move(found, cursor="9/zz")
    workers.spread(REF, 0, lambda: PLENTY)
    assert workers.world.events == [] and workers.under_way() == []


def test_out_of_time_it_hands_on_and_counts() -> None:
    workers = shop()
    workers.left = lambda: RESERVE - 1
    hops: list[int] = []
    workers.frost()
    for _ in range(10):
        workers.hear_of_it()
        hops += [number for _, number in workers.world.fan_outs]
        workers.page_through()
    assert hops == [0, 1, 2, 3] and workers.reached() == EVERYBODY and workers.under_way() == []


def test_beyond_so_many_hops_the_sweep_carries_on() -> None:
    workers = shop()
    workers.frost()
    workers.hear_of_it()
    workers.world.fan_outs = [(ref, HOPS) for ref, _ in workers.world.fan_outs]
    workers.left = lambda: 0
    workers.page_through()
    assert workers.world.fan_outs == [], "no further hop"
    assert workers.store.how_far[REF.key][1] == workers.world.now
    workers.left = lambda: PLENTY
    assert workers.minutes(1).reached() == EVERYBODY and workers.under_way() == []


CROWDS = [("bulk", WAITING), ("send", UNSENT)]


@pytest.mark.parametrize(("queue", "most"), CROWDS)
def test_where_too_much_waits_already_it_waits_for_the_sweep(queue: str, most: int) -> None:
    workers = shop()
    backlog = {queue: most + 1}
    workers.crowds.backlogs = backlog
    workers.frost().settle()
    assert workers.reached() == [] and workers.store.how_far[REF.key][1] == workers.world.now + PAUSE
    backlog[queue] = most
    assert workers.minutes(1).reached() == EVERYBODY


def test_it_looks_again_what_waits_every_so_many_pages() -> None:
    customers, workers = one_shard(STRETCH + 5), Spreading(written(FROST), size=1)
    workers.people(customers)
    workers.frost()
    workers.hear_of_it()
    workers.left = once(lambda: workers.crowds.backlogs.update(bulk=WAITING + 1))
    workers.page_through()
    assert len(workers.world.events) == STRETCH and workers.store.how_far[REF.key][0] == f"0/{customers[STRETCH - 1]}"
    workers.crowds.backlogs.clear()
    assert workers.minutes(2).reached() == customers


DEPLOYED = [
    # what is deployed while the second page and the third are still to come, who is reached, and what the others hear
    ("the same", FROST, 9, []),
    ("it is paused", f"{FROST}, status: paused", 3, ["paused"] * 6),
    ("it is a draft", f"{FROST}, status: draft", 3, []),
    ("another audience", FROST.replace("north, east", "south"), 3, ["not_in_audience"] * 6),
    ("another trigger", FROST.replace("external: frost", "external: thaw"), 9, []),
    ("other steps", FROST.replace("template: a", "template: b"), 9, []),
    ("a key of its own", f"{FROST}, key: 'once'", 9, []),
]


@pytest.mark.parametrize(("what", "text", "reached", "refused"), DEPLOYED, ids=[row[0] for row in DEPLOYED])
def test_what_is_deployed_while_an_audience_is_paged_through(
    what: str, text: str, reached: int, refused: list[str]
) -> None:
    workers = shop()
    workers.left = once(lambda: workers.hear_of_it().deploy(written(text)))
    workers.frost().settle()
    assert len(workers.reached()) == len(set(workers.reached())) == reached
    assert [reason for outcome, reason in workers.records() if outcome == "refused"] == refused


def test_a_customer_who_is_contended_brings_the_page_again_and_harms_nobody() -> None:
    workers = shop()
    workers.placed.used_up["n2"] = 12  # tries of two deliveries and a half
    workers.frost()
    workers.hear_of_it()
    workers.page_through()
    deliveries = []
    while workers.world.events:
        workers.hear_of_it()
        deliveries.append(len(workers.reached()))
    assert deliveries == [8, 8, 9] and workers.reached() == EVERYBODY
    assert len(workers.world.messages) == 9
    others = [
        line["record"]["customer"]
        for line in workers.world.lines
        if line.get("record", {}).get("reason") == "duplicate"
    ]
    assert "n2" not in others and {others.count(who) for who in others} == {2}, "told to the archive, done to nobody"


def test_who_is_contended_without_end_is_put_aside_alone() -> None:
    workers = shop()
    workers.placed.used_up["n2"] = 99
    workers.frost()
    workers.hear_of_it()
    workers.page_through()
    workers.receipts = 9
    workers.hear_of_it()
    assert workers.world.events == [] and workers.reached() == [who for who in EVERYBODY if who != "n2"]
    (aside,) = workers.world.rejected
    assert aside["reason"] == "hot_customer" and '"customers": ["n2"]' in aside["body"]


def test_while_one_is_worked_on_the_sweep_leaves_it_alone() -> None:
    workers = shop()
    workers.frost()
    workers.hear_of_it()
    longest = Template(TEMPLATE, {}).resources["FanOutFunction"]["Properties"]["Timeout"] * 1000
    assert workers.store.how_far[REF.key][1] == workers.world.now + LEASE > workers.world.now + longest


def test_a_campaign_that_is_stopped_meanwhile_lets_in_and_holds_what_it_sends() -> None:
    workers = shop()
    workers.left = once(lambda: workers.control.stop("campaign:hello"))
    workers.frost().hear_of_it().page_through().hear_of_it()
    refs = [*workers.world.refs]
    workers._send(refs)
    assert workers.reached() == EVERYBODY and workers.world.accepted == []
    workers.control.resume("campaign:hello")
    workers._send(refs * 2)
    assert sorted(workers.world.accepted) == sorted(workers.world.messages) and len(refs) == len(EVERYBODY)
