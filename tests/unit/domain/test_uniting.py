"""Two turn out to be one person: fact by fact and journey by journey, what is known of both as if of one."""

from dataclasses import replace
from typing import Any

import pytest

from kairos.domain.definitions import Catalog
from kairos.domain.identity import short_hash
from kairos.domain.inherit import unite_facts
from kairos.domain.journey import Goal, Placed, Recent, Run
from kairos.domain.lasts import ANY, VALUES
from kairos.domain.reunite import unite_journeys
from kairos.domain.state import Customer, Fact, State
from kairos.domain.turn import Turn
from tests.unit.domain.shop import CART, DAY, HOUR, T0, campaign, catalog, on, send, started

WAITS = ({"id": "wait-1", "do": "wait", "for": 20 * HOUR}, send())
KEYED = [{"ref": ["event", "properties", "k"]}]

FACTS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("the first receipt of both", {"born": 5}, {"born": 3}, {"born": 3}),
    ("mine where the other's is not known", {"born": 5}, {}, {"born": 5}),
    ("theirs where mine is not known", {}, {"born": 3}, {"born": 3}),
    ("no receipt of either", {}, {}, {"born": 0}),
    ("the newest moment", {"newest": 5}, {"newest": 7}, {"newest": 7}),
    ("the newest moment is mine", {"newest": 7}, {"newest": 5}, {"newest": 7}),
    ("the later end of collecting", {"window": 5}, {"window": 7}, {"window": 7}),
    ("the sum of points", {"points": 2.5}, {"points": -1.0}, {"points": 1.5}),
    ("an address only the other has", {}, {"addresses": {"email": Fact("h", 1)}}, {"addresses": {"email": Fact("h", 1)}}),
    ("my own address stands", {"addresses": {"email": Fact("h", 1)}}, {"addresses": {"email": Fact("i", 2)}},
     {"addresses": {"email": Fact("h", 1)}}),
    ("the newer word on a tag", {"tags": {"t": (True, 1)}}, {"tags": {"t": (False, 2)}}, {"tags": {"t": (False, 2)}}),
    ("my newer word on a tag", {"tags": {"t": (False, 2)}}, {"tags": {"t": (True, 1)}}, {"tags": {"t": (False, 2)}}),
    ("tagged, of two words of one instant", {"tags": {"t": (False, 1)}}, {"tags": {"t": (True, 1)}}, {"tags": {"t": (True, 1)}}),
    ("a tag only the other has", {}, {"tags": {"t": (True, 1)}}, {"tags": {"t": (True, 1)}}),
    ("a consent only the other has", {}, {"consents": {"o/sms": ("proven", 1, 2)}}, {"consents": {"o/sms": ("proven", 1, 2)}}),
    ("withdrawn is stricter than granted, as of the newer", {"consents": {"o/sms": ("granted", 5, 6)}},
     {"consents": {"o/sms": ("withdrawn", 3, 4)}}, {"consents": {"o/sms": ("withdrawn", 5, 6)}}),
    ("granted is stricter than proven", {"consents": {"o/sms": ("proven", 1, 2)}},
     {"consents": {"o/sms": ("granted", 3, 4)}}, {"consents": {"o/sms": ("granted", 3, 4)}}),
    ("my withdrawn stands", {"consents": {"o/sms": ("withdrawn", 1, 9)}}, {"consents": {"o/sms": ("proven", 3, 4)}},
     {"consents": {"o/sms": ("withdrawn", 3, 9)}}),
    ("the later lapse", {"lapses": {"l": 5}}, {"lapses": {"l": 7, "m": 2}}, {"lapses": {"l": 7, "m": 2}}),
    ("my later lapse", {"lapses": {"l": 9}}, {"lapses": {"l": 7}}, {"lapses": {"l": 9}}),
    ("a date only the other waits for", {}, {"dates": {"d": ("", 50, "2026-05-20")}}, {"dates": {"d": ("", 50, "2026-05-20")}}),
    ("a date only I wait for", {"dates": {"d": ("", 50, "2026-05-20")}}, {}, {"dates": {"d": ("", 50, "2026-05-20")}}),
    ("the later day handled", {"dates": {"d": ("2026-05-01", 0, "")}}, {"dates": {"d": ("2026-05-02", 0, "")}},
     {"dates": {"d": ("2026-05-02", 0, "")}}),
    ("my later day handled", {"dates": {"d": ("2026-05-02", 0, "")}}, {"dates": {"d": ("2026-05-01", 0, "")}},
     {"dates": {"d": ("2026-05-02", 0, "")}}),
    ("the local times of both", {"dates": {"s": ("", 50, "2026-06-01T09:00 2026-06-03T09:00")}},
     {"dates": {"s": ("", 60, "2026-06-02T09:00 2026-06-03T09:00")}},
     {"dates": {"s": ("", 50, "2026-06-01T09:00 2026-06-02T09:00 2026-06-03T09:00")}}),
    ("an address closed for the other is closed", {}, {"suppressed": {"sms": {"h": 5}}}, {"suppressed": {"sms": {"h": 5}}}),
    ("and the newer word on it stands", {"suppressed": {"sms": {"h": -7}}}, {"suppressed": {"sms": {"h": 5}}},
     {"suppressed": {"sms": {"h": -7}}}),
    ("the newest five closed addresses of a channel", {"suppressed": {"sms": {"a": 1, "c": 3, "e": 5}}},
     {"suppressed": {"sms": {"b": 2, "d": 4, "f": 6}}}, {"suppressed": {"sms": {"b": 2, "c": 3, "d": 4, "e": 5, "f": 6}}}),
    ("all of them, if they are no more", {"suppressed": {"sms": {"a": 1, "c": 3}}}, {"suppressed": {"sms": {"b": 2}, "email": {"d": 4}}},
     {"suppressed": {"sms": {"a": 1, "b": 2, "c": 3}, "email": {"d": 4}}}),
    ("events that showed interests, each once", {"seen": [(5, "a"), (3, "b")]}, {"seen": [(4, "c"), (3, "b")], "forgotten": 2},
     {"seen": [(5, "a"), (4, "c"), (3, "b")], "forgotten": 2}),
    ("the newest 64 of them, and the second up to which they are forgotten", {"seen": [(n, f"{n}") for n in range(140, 80, -2)]},
     {"seen": [(n, f"{n}") for n in range(139, 59, -2)]},
     {"seen": sorted([(n, f"{n}") for n in [*range(140, 80, -2), *range(139, 71, -2)]], reverse=True), "forgotten": 71}),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "theirs", "both"), [row[1:] for row in FACTS], ids=[row[0] for row in FACTS])
def test_of_both_there_is(mine: dict[str, Any], theirs: dict[str, Any], both: dict[str, Any]) -> None:
    state = State(**mine)
    unite_facts(state, State(**theirs), catalog())
    assert {name: getattr(state, name) for name in both} == both


COUNTING = catalog(
    toys=campaign(
        started("page.viewed"),
        audience={"did": {"event": ["page.viewed"], "match": None, "within": 7 * DAY, "at_least": 3, "at_most": None}},
    ),
    cart=CART,
)
KEEP = next(iter(COUNTING.counts))
(BY_CART,) = (keep for keep, one in COUNTING.lasts.items() if one.same is not None and not one.receipts)


def test_events_of_both_are_counted_once_each_at_their_first_time_the_newest_ones():
    state = State(counts={KEEP: [(9, "a"), (4, "b")]})
    unite_facts(state, State(counts={"gone": [(8, "x")], KEEP: [(7, "c"), (5, "b"), (2, "d")]}), COUNTING)
    assert COUNTING.counts[KEEP].newest == 3
    assert state.counts == {KEEP: [(9, "a"), (7, "c"), (4, "b")]}, "and of what nobody counts, nothing"


def test_last_moments_of_both_by_value_of_what_definitions_keep():
    state = State(lasts={BY_CART: {ANY: [(9, "a")], "v": [(9, "a")]}})
    theirs: Any = {"gone": {ANY: [(8, "x")]}, BY_CART: {ANY: [(7, "b")], "v": [(7, "b")], "w": [(6, "c")]}}
    unite_facts(state, State(lasts=theirs), COUNTING)
    assert state.lasts == {BY_CART: {ANY: [(9, "a"), (7, "b")], "v": [(9, "a"), (7, "b")], "w": [(6, "c")]}}


def test_of_too_many_values_the_newest_are_remembered_and_the_moment_of_all_is_none_of_them():
    mine: Any = {f"m{n:02}": [(2 * n, f"m{n}")] for n in range(VALUES)}
    theirs: Any = {f"t{n:02}": [(2 * n + 1, f"t{n}")] for n in range(VALUES)}
    state = State(lasts={BY_CART: {ANY: [(0, "z")], **mine}})
    unite_facts(state, State(lasts={BY_CART: theirs}), COUNTING)
    half = range(VALUES // 2, VALUES)
    assert set(state.lasts[BY_CART]) == {ANY, *(f"m{n:02}" for n in half), *(f"t{n:02}" for n in half)}


# ── Journeys ──────────────────────────────────────────────────────────────────────────────────────────────────


def run(name: str, key: str, entered: int, step: str = "wait-1", **more: Any) -> Run:
    times: dict[str, Any] = {"entered": entered, "since": entered, "began": entered, "due": entered + 20 * HOUR}
    return Run(name, key, step=step, trigger=f"t-{key}", **times | more)


def united(definitions: Catalog, mine: State, theirs: State) -> Turn:
    mine.version = theirs.version = 1
    turn = Turn(Customer("anna", mine), definitions, T0, "identify")
    unite_journeys(turn, theirs)
    return turn


def told(turn: Turn) -> list[tuple[str, str, str, str, str]]:
    return [(r.campaign, r.key, r.outcome, r.reason, r.step) for r in turn.records]


SERIES = catalog(
    {"publish": ["campaign.left"]}, one=campaign(started("x"), *WAITS), many=campaign(started("x"), *WAITS, key=KEYED)
)


def test_of_two_entries_into_a_campaign_the_older_stays():
    mine, theirs = run("one", "b", T0 - 10), run("one", "a", T0 - 20)
    recents = {"one": [Recent(short_hash("b"), T0 - 10, tried=1)]}
    turn = united(SERIES, State(runs=[mine], recents=recents), State(runs=[theirs]))
    assert turn.state.runs == [theirs]
    assert told(turn) == [("one", "b", "left", "merged", "wait-1")]
    assert [(e.type, dict(e.properties)) for e in turn.told] == [
        ("campaign.left", {"campaign": "one", "key": "b", "reason": "merged"})
    ]
    (recent,) = turn.state.recents["one"]
    assert (recent.ended, recent.given_back) == (True, True), "it sent nothing: its cooldown is given back"


def test_entries_side_by_side_stay_side_by_side_and_one_of_a_key_stays_once():
    mine = [run("many", "a", T0 - 30), run("many", "b", T0 - 10)]
    recents = {"many": [Recent(short_hash("a"), T0 - 30, tried=1)]}
    turn = united(
        SERIES, State(runs=mine, recents=recents), State(runs=[run("many", "a", T0 - 20), run("many", "c", T0 - 5)])
    )
    assert [(one.key, one.entered) for one in turn.state.runs] == [("a", T0 - 30), ("b", T0 - 10), ("c", T0 - 5)]
    assert told(turn) == [("many", "a", "left", "merged", "wait-1")]
    assert not turn.state.recents["many"][0].ended, "the one of that key which stays goes on"


def test_no_more_than_ten_of_a_campaign_run_side_by_side():
    mine = [run("many", f"m{n}", T0 - 100 + n) for n in range(8)]
    theirs = [run("many", f"t{n}", T0 - 50 + n) for n in range(4)]
    turn = united(SERIES, State(runs=[*mine, run("one", "o", T0)]), State(runs=theirs))
    assert [one.key for one in turn.state.runs] == [*(f"m{n}" for n in range(8)), "t0", "t1", "o"]
    assert [key for _, key, *_ in told(turn)] == ["t2", "t3"]


def test_no_more_than_a_hundred_run_in_all():
    names = [f"c{n:02}" for n in range(12)]
    definitions = catalog(**{name: campaign(started("x"), *WAITS, key=KEYED) for name in names})
    runs = [run(name, f"k{n}", T0 - 200 + n) for name in names for n in range(9)]
    turn = united(definitions, State(runs=runs[:50]), State(runs=runs[50:]))
    assert len(turn.state.runs) == 100
    assert len(turn.records) == 8


LATE_ENTRIES = [
    ("each key once", [Recent("a", 5)], [Recent("b", 7)], [Recent("b", 7), Recent("a", 5)]),
    ("as of the later entry, what was tried and kept together", [Recent("a", 5, 1, 0)], [Recent("a", 7, 2, 1)], [Recent("a", 7, 3, 1)]),
    ("the later entry is mine", [Recent("a", 7, 1, 1)], [Recent("a", 5)], [Recent("a", 7, 1, 1)]),
    ("ended if both have", [Recent("a", 5, ended=True)], [Recent("a", 7, ended=True)], [Recent("a", 7, ended=True)]),
    ("under way if one is", [Recent("a", 5, ended=True)], [Recent("a", 7)], [Recent("a", 7)]),
    ("given back if both are", [Recent("a", 5, given_back=True)], [Recent("a", 7, given_back=True)], [Recent("a", 7, given_back=True)]),
    ("it counts if one does", [Recent("a", 5, given_back=True)], [Recent("a", 7)], [Recent("a", 7)]),
    ("the newest ten", [Recent(f"m{n}", 10 + 2 * n) for n in range(8)], [Recent(f"t{n}", 11 + 2 * n) for n in range(8)],
     [Recent(f"{who}{n}", 10 + 2 * n + (who == "t")) for n in range(7, 2, -1) for who in "tm"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs", "both"), [row[1:] for row in LATE_ENTRIES], ids=[row[0] for row in LATE_ENTRIES]
)
def test_late_entries_of_both_are(mine: list[Recent], theirs: list[Recent], both: list[Recent]) -> None:
    turn = united(SERIES, State(recents={"one": mine}), State(recents={"one": theirs}))
    assert turn.state.recents["one"] == both


def test_of_two_coupons_of_a_name_the_one_that_lives_longer():
    mine: Any = {"a": {"since": 1, "valid": 10}, "b": {"since": 5, "valid": 3}}
    theirs: Any = {"a": {"since": 2, "valid": 8}, "b": {"since": 1, "valid": 9}, "c": {"since": 1, "valid": 1}}
    turn = united(SERIES, State(coupons=mine), State(coupons=theirs))
    assert turn.state.coupons == {"a": mine["a"], "b": theirs["b"], "c": theirs["c"]}


SHOWS = catalog(hero=campaign(started("x"), send(), key=KEYED, exit=[on("order.placed", same="properties.k")]))
(BY_KEY,) = (keep for keep, selector in SHOWS.lasts.items() if selector.same is not None)


def placed(key: str, step: str = "show.a", name: str = "hero", template: str = "a") -> Placed:
    return Placed(name, key, step, "hero", template, T0 - HOUR, T0 + DAY, f"t-{key}", {BY_KEY: f"v-{key}"})


def test_content_waits_once_and_what_only_the_other_had_heard_of_takes_it_away():
    mine, theirs = (
        [placed("a"), placed("b")],
        [placed("a", template="other"), placed("a", "show.b"), placed("c"), placed("g", name="gone")],
    )
    heard = State(placed=mine, lasts={BY_KEY: {ANY: [(T0 - 1, "o")], "v-c": [(T0 - 1, "o")]}})
    turn = united(SHOWS, heard, State(placed=theirs))
    assert [(one.campaign, one.key, one.step, one.template) for one in turn.state.placed] == [
        ("hero", "a", "show.a", "a"), ("hero", "b", "show.a", "a"), ("hero", "a", "show.b", "a"), ("gone", "g", "show.a", "a")
    ]  # fmt: skip


def test_no_more_content_waits_for_two_than_for_one_and_it_is_the_newest_first():
    mine, theirs = ([replace(placed(f"{who}{n}"), since=T0 - n) for n in range(8)] for who in ("m", "t"))
    turn = united(SHOWS, State(placed=mine), State(placed=theirs))
    assert [one.key for one in turn.state.placed] == [f"{who}{n}" for n in range(5) for who in ("m", "t")]


AWAITS = catalog(
    gone_by=campaign(started("x"), *WAITS, key=KEYED, exit=[on("order.placed")]),
    asks=campaign(
        started("x"),
        {"id": "wait-1", "do": "wait", "on": on("answered"), "timeout": 20 * HOUR, "else": None},
        send(),
        key=KEYED,
    ),
)


def keep_of(definitions: Catalog, type: str) -> str:
    return next(keep for keep, selector in definitions.lasts.items() if type in selector.types)


def test_exits_and_awaited_events_that_only_the_other_had_heard_of_end_and_continue():
    lasts: Any = {keep_of(AWAITS, type): {ANY: [(T0 - 5, "o")]} for type in ("order.placed", "answered")}
    mine = [run("removed", "r", T0 - 40), run("asks", "s", T0 - 35, step="no-more"), run("gone-by", "e", T0 - 30), run("asks", "a", T0 - 20),
            run("gone-by", "later", T0)]  # fmt: skip
    turn = united(AWAITS, State(runs=mine, lasts=lasts), State())
    assert told(turn) == [("gone-by", "e", "left", "exited", "wait-1")]
    assert [one.key for one in turn.state.runs] == ["r", "s", "a", "later"]
    assert [(c.run.key, c.step.id, c.due) for c in turn.candidates] == [("a", "send.hello", T0 - 5)]


def test_what_collects_for_arbitration_on_both_sides_competes_when_the_later_window_closes():
    held = [
        run("one", "a", T0 - 10, "send.hello", due=T0 + HOUR, held="window"),
        run("many", "b", T0, "send.hello", due=T0 + 5, held="quiet_hours"),
    ]
    theirs = [run("many", "c", T0 - 5, "send.hello", due=T0 + 2 * HOUR, held="window")]
    turn = united(SERIES, State(runs=held, window=T0 + 2 * HOUR), State(runs=theirs))
    assert {one.key: one.due for one in turn.state.runs} == {"a": T0 + 2 * HOUR, "b": T0 + 5, "c": T0 + 2 * HOUR}


HOPES = catalog(
    goal=campaign(started("x"), *WAITS, key=KEYED, goal={"on": on("order.placed"), "within": DAY, "value": None}),
    none=campaign(started("x"), *WAITS, key=KEYED),
)


def goal(name: str, key: str, since: int = T0 - HOUR) -> Goal:
    return Goal(name, key, since, since + DAY, f"t-{key}")


def test_all_goals_of_both_are_hoped_for_once_as_long_as_a_campaign_has_one():
    mine = [goal("goal", "a"), goal("none", "n")]
    theirs = [
        goal("goal", "a", T0 - 2 * HOUR),
        goal("goal", "b", T0 - 3 * HOUR),
        goal("gone", "g"),
        goal("goal", "c", T0),
    ]
    entered = {"goal": [Recent(short_hash("c"), T0)]}
    turn = united(HOPES, State(goals=mine, recents=entered), State(goals=theirs))
    assert [(one.key, one.since) for one in turn.state.goals] == [("b", T0 - 3 * HOUR), ("a", T0 - HOUR)]
    assert turn.records == []


def test_a_goal_that_an_event_of_the_other_has_reached_is_reached():
    lasts: Any = {keep_of(HOPES, "order.placed"): {ANY: [(T0 - 5, "o")]}}
    turn = united(HOPES, State(lasts=lasts), State(goals=[goal("goal", "b")]))
    assert turn.state.goals == []
    assert told(turn) == [("goal", "b", "goal", "", "")]
