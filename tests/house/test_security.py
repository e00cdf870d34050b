"""docs/security.md names tests that exist and rules that exist, counts right, and every way in has its ceiling."""

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.commands.keys import BROWSER_RATE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
SOURCE: Any = yaml_parse((ROOT / "template.yaml").read_text())
RESOURCES: dict[str, Any] = SOURCE["Resources"]
DEFAULTS: dict[str, Any] = {name: each.get("Default") for name, each in SOURCE["Parameters"].items()}
DAY = 86_400
MILLION = 1_000_000


def test_every_test_that_it_names_exists() -> None:
    written = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    missing = [name for name in re.findall(r"`(test_\w+)`", PAGE) if f"def {name}(" not in written]
    assert not missing


def test_every_rule_that_it_names_exists() -> None:
    rules = (ROOT / ".ci" / "semgrep.yaml").read_text()
    assert [rule for rule in re.findall(r"rule `([\w-]+)`", PAGE) if f"id: {rule}\n" not in rules] == []


def of_type(kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == kind}


def test_every_way_in_has_a_ceiling() -> None:
    for api in of_type("AWS::Serverless::HttpApi").values():
        assert api["DefaultRouteSettings"].keys() >= {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    for name, function in of_type("AWS::Serverless::Function").items():
        kinds = {each["Type"] for each in function["Events"].values()}
        if "HttpApi" in kinds:
            assert function["ReservedConcurrentExecutions"], name
        for each in function["Events"].values():
            if each["Type"] == "SQS":
                assert each["Properties"]["ScalingConfig"]["MaximumConcurrency"], name
    for table in of_type("AWS::DynamoDB::Table").values():
        for each in (table, *table["GlobalSecondaryIndexes"]):
            assert each["OnDemandThroughput"].keys() == {"MaxReadRequestUnits", "MaxWriteRequestUnits"}
    assert all(group["RetentionInDays"] for group in of_type("AWS::Logs::LogGroup").values())
    assert SOURCE["Globals"]["Function"]["LoggingConfig"]["SystemLogLevel"] == "WARN"


def test_feedback_comes_from_our_own_topics_only() -> None:
    [queue] = RESOURCES["BulkQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    topics = [{"Ref": name} for name in ("FeedbackTopic", "SmsFeedbackTopic", "PushFeedbackTopic")]
    assert queue["Condition"] == {"ArnEquals": {"aws:SourceArn": topics}}
    [texts] = [
        statement
        for statement in RESOURCES["EventsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "sns.amazonaws.com"}
    ]
    assert texts["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "InboundSmsTopic"}}}
    for statement in RESOURCES["FeedbackTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]:
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def lambda_time(seconds: float, gigabytes: float) -> float:
    return seconds * gigabytes * 1.33334e-5


def refused(units: int) -> float:
    """A day of requests without a key: API Gateway by half megabytes, the function, its access log, sampled traces."""
    requests = float(DEFAULTS["HttpRate"] * DAY)
    return (
        requests * units * 1.00 / MILLION
        + requests * 0.20 / MILLION
        + lambda_time(requests * 0.010, 0.5)
        + requests * 300 / 1024**3 * 0.50
        + requests * 0.05 * 5.00 / MILLION
    )


def accepted(doors: int) -> float:
    """A day with a key: doors always busy, ten events a queue request of 8 ms, workers and table at their ceilings."""
    queue = doors / 0.008 * DAY * 0.40 / MILLION
    decide = lambda_time(float(DEFAULTS["EvaluateConcurrency"] + 2) * DAY, 1.0)
    writes = 2.0 * int(DEFAULTS["TableWriteCeiling"]) * DAY * 0.625 / MILLION  # the table's and its index's
    reads = float(DEFAULTS["TableReadCeiling"]) * DAY * 0.125 / MILLION
    archive = float(DEFAULTS["EvaluateConcurrency"]) * 5 * MILLION * DAY / 1024**3 * 0.029
    return refused(3) + lambda_time(doors * DAY, 0.5) + queue + decide + writes + reads + archive


def browser(workers: int, rate: int) -> float:
    """A day with a browser's key: requests as without one, and as many events as each worker lets through."""
    return refused(1) + workers * rate * DAY * 1.10 / MILLION


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        (r"keeps five workers busy.* \| \$([\d,]+)", browser(5, BROWSER_RATE)),
        (r"small requests a second: refused \| \$([\d,]+)", refused(1)),
        (r"bodies of 10 MB .*\| \$([\d,]+)", refused(20)),
        (r"`HttpConcurrency` 20 \|.*\| \$([\d,]+)", accepted(20)),
        (r"`HttpConcurrency` 0 \|.*\| \$([\d,]+)", accepted(1000)),
    ],
)
def test_the_worst_day_is_counted_right(row: str, counted: float) -> None:
    told = re.search(row, PAGE)
    assert told
    assert float(told[1].replace(",", "")) == pytest.approx(counted, rel=0.05)
