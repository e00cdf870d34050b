"""The playbook: given these events at these times, exactly these messages and these refusals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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


# Nobody asks for a slot over HTTP yet: inbound campaigns have their scenarios in tests/unit/test_upsell.py
HEARD = [file.parent.name for file in CAMPAIGNS.glob("*/campaign.yaml") if "inbound:" not in file.read_text()]


@pytest.mark.parametrize("campaign", sorted(HEARD))
def test_a_campaign_has_scenarios(campaign: str) -> None:
    assert any(scenario.campaign == campaign for scenario in SCENARIOS), f"write playbook/{campaign}.yaml"
