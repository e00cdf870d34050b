"""What is wrong with a file is said all at once: where, what was found, what is allowed, what was probably meant."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from kairos.catalog.validate import read_directory

POLICY = """\
brand: {name: N, email: "N <n@n.example>", postal_address: Street 1}
topics: {offers: {}, service: {transactional: true}}
segments: {vip: [{tagged: vip}]}
"""
CAMPAIGN = """\
topic: offers
trigger: {event: cart.updated}
steps:
  - send: {channel: email, template: hello}
"""
CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "broken_campaigns.yaml").read_text())


def said(directory: Path, campaign: str = CAMPAIGN, policy: str = POLICY, name: str = "c") -> list[str]:
    (directory / name).mkdir()
    (directory / "policy.yaml").write_text(policy)
    (directory / name / "campaign.yaml").write_text(campaign)
    (directory / name / "hello.email.html").write_text(
        "---\nsubject: Hi\n---\n<p>{{ brand.postal_address }} {{ unsubscribe_url }}</p>\n"
    )
    return [str(problem).removeprefix(f"{directory}/") for problem in read_directory(directory).problems]


def test_the_file_that_the_broken_ones_come_from_is_sound(tmp_path: Path) -> None:
    assert said(tmp_path) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"][0].split(":", 3)[-1].strip()[:60])
def test_a_broken_file_is_told_what_to_mend(case: dict[str, Any], tmp_path: Path) -> None:
    files = {kind: case[kind] for kind in ("campaign", "policy") if kind in case}
    assert said(tmp_path, **files) == case["says"]


def test_a_folder_has_a_name_that_can_stand_in_a_link(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, name="My_Campaign")
    assert problem.endswith("the folder name 'My_Campaign', expected small letters, digits and hyphens")


def test_samples_are_not_a_campaign(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    assert said(tmp_path) == []


def test_a_directory_without_a_policy_says_so(tmp_path: Path) -> None:
    problems = [str(problem) for problem in read_directory(tmp_path).problems]
    assert problems == [f"{tmp_path}/policy.yaml:1:1: cannot be read: No such file or directory"]


def test_a_circle_of_segments_is_found_however_long(tmp_path: Path) -> None:
    policy = POLICY.replace(
        "{vip: [{tagged: vip}]}", "{a: [{segment: b}], b: [{not: {segment: c}}], c: {any: [{segment: a}]}}"
    )
    (problem,) = said(tmp_path, policy=policy)
    assert "segment 'a' needs itself" in problem
