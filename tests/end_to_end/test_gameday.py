"""The game day: what it breaks is broken, rings its alarm, and is put right by the runbook's commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.gameday.alarms import Alarms
from local.gameday.scenarios import SCENARIOS
from local.stack import Stack

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
UNMEASURED = {"silent-provider", "paused-account"}
"""What their alarms count is over by then."""
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.mark.parametrize("name", BY_NAME)
def test_played_by_the_runbook_it_ends_well(name: str) -> None:
    command = [sys.executable, "-m", "local", "gameday", name, "--play", "--port", "0", "--aws-port", "0"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("nothing lost, nothing twice") == 1
    [rung] = re.findall(r"   ALARM (.*) ·", ran.stdout)
    assert BY_NAME[name].alarm in rung.split(", ")


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_left_alone_it_does_not(whole: Stack, name: str) -> None:
    scenario = BY_NAME[name]
    scenario.breaks(whole)
    whole.advance(scenario.after)
    assert scenario.check(whole) and (name in UNMEASURED or Alarms(whole).ringing())


def test_sent_into_the_silence_ten_more_are_lost(whole: Stack) -> None:
    """Who only waits for the provider, and stops nothing."""
    scenario = BY_NAME["silent-provider"]
    scenario.breaks(whole)
    [repair] = [step for step in scenario.remedy if not isinstance(step, tuple)]
    repair.act(whole)
    whole.advance(scenario.after)
    assert scenario.check(whole) == [f"dot{number:02} got 0 messages of abandoned-cart, not 1" for number in range(10)]


def test_nothing_rings_where_nothing_is_broken(whole: Stack) -> None:
    alarms = Alarms(whole)
    whole.post_events([{"type": "customer.registered", "customer": "ada"}])
    whole.advance("2h")
    assert alarms.ringing() == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_runbook_knows_its_alarm_and_its_commands(scenario) -> None:
    chapter = re.search(rf"^### {scenario.alarm}\n(.*?)(?=^##)", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert chapter
    for step in scenario.remedy:
        if isinstance(step, tuple):
            assert f"kairos {' '.join(step[:3])}" in chapter[1].replace("$STACK", "kairos"), step
