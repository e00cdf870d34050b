"""The playbook: given these events at these times, exactly these messages and these refusals."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kairos.catalog.bundle import compile_directory
from local.clock import VirtualClock
from local.stack import Stack
from tests.end_to_end.playing import Player
from tests.end_to_end.scenarios import START, Scenario, moment, scenarios
from tests.end_to_end.verdict import differences

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
SCENARIOS = scenarios()


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[Player]:
    """Every scenario that was chosen has been played, side by side, in one shop."""
    stack = Stack.start(clock=VirtualClock(round(moment(START).timestamp() * 1000)))
    player = Player(stack)
    cases = (getattr(item, "callspec", None) for item in request.session.items)
    chosen = {id(case.params["scenario"]) for case in cases if case and "scenario" in case.params}
    player.play(one for one in SCENARIOS if id(one) in chosen)
    yield player
    stack.stop()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: f"{one.campaign}: {one.sentence}")
def test_given_these_events_exactly_these_messages_and_refusals(played: Player, scenario: Scenario) -> None:
    if told := differences(scenario, played):
        pytest.fail(f"{scenario.campaign}: {scenario.sentence}\n{told}", pytrace=False)


def steps(nested: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All steps of a compiled campaign, those of branches too."""
    for step in nested:
        yield step
        yield from steps(step.get("else") or ())
        for branch in step.get("branches", ()):
            yield from steps(branch["steps"])


CATALOG = compile_directory(CAMPAIGNS).catalog["campaigns"]
SENDS = {
    (name, step["id"], channel)
    for name, campaign in CATALOG.items() for step in steps(campaign["steps"])
    if step["do"] == "send" for channel in step["channel"]
}  # fmt: skip
SHOWS = {
    (name, step["template"])
    for name, campaign in CATALOG.items() for step in steps(campaign["steps"]) if step["do"] == "show"
}  # fmt: skip


@pytest.fixture(scope="module")
def all_played(played: Player, request: pytest.FixtureRequest) -> Player:
    """Only of all scenarios together can be said what they leave out."""
    named = {item.name for item in request.session.items}
    if sum(name.startswith("test_given_these_events") for name in named) < len(SCENARIOS):
        pytest.skip("not all scenarios were chosen")
    return played


def test_every_send_goes_out_over_each_of_its_channels_in_some_scenario(all_played: Player) -> None:
    sent = {(m["campaign"], m["step"], m["channel"]) for m in all_played.stack.messages()}
    assert SENDS - sent == set(), "write a scenario for each of these"


def test_every_content_is_shown_in_some_scenario(all_played: Player) -> None:
    offers = [offer for visit in all_played.shown for offer in visit["offers"]]
    assert SHOWS - {(o.campaign, o.template) for o in offers if not o.reason} == set(), "write a scenario for each"


@pytest.mark.parametrize("campaign", sorted(CATALOG))
def test_a_campaign_has_a_scenario_of_what_it_refuses(campaign: str) -> None:
    assert any(one.campaign == campaign and one.then["refusals"] for one in SCENARIOS), f"see playbook/{campaign}.yaml"
