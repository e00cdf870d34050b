"""What every function, queue and hop of the template must have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
SOURCE = yaml_parse(TEMPLATE.read_text())
RESOURCES: dict[str, Any] = SOURCE["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each.get("Properties", {}) for name, each in RESOURCES.items() if each["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
function = pytest.mark.parametrize("name", FUNCTIONS)


def folder(name: str) -> str:
    """The function's own name: its folder's."""
    return str(FUNCTIONS[name]["CodeUri"]).rstrip("/").rsplit("/", 1)[-1]


def statements(role: str) -> list[dict[str, Any]]:
    """All that a role allows, both sides of a condition."""
    found = []
    for policy in RESOURCES[role]["Properties"]["Policies"]:
        for each in policy["PolicyDocument"]["Statement"]:
            found += [side for side in each["Fn::If"][1:] if "Effect" in side] if "Fn::If" in each else [each]
    return found


NO_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "ses:GetAccount"}
"""Actions for which AWS knows no resource."""


def test_every_folder_of_functions_is_deployed_and_nothing_else_is() -> None:
    assert {folder(name) for name in FUNCTIONS} == {file.parent.name for file in ROOT.glob("functions/*/handler.py")}


@function
def test_a_function_has_a_log_group_of_its_own_with_retention(name: str) -> None:
    group = FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]
    assert RESOURCES[group]["Properties"]["RetentionInDays"]
    assert [each["LoggingConfig"]["LogGroup"]["Ref"] for each in FUNCTIONS.values()].count(group) == 1


@function
def test_a_function_has_an_alarm_on_its_errors_that_rolls_a_deployment_back(name: str) -> None:
    alarms = [
        alarm
        for alarm, each in of_type("AWS::CloudWatch::Alarm").items()
        if each.get("MetricName") == "Errors" and {"Name": "FunctionName", "Value": {"Ref": name}} in each["Dimensions"]
    ]
    assert alarms
    assert {"Ref": alarms[0]} in FUNCTIONS[name]["DeploymentPreference"]["Alarms"]


@function
def test_a_function_has_a_role_of_its_own(name: str) -> None:
    role = FUNCTIONS[name]["Role"]["Fn::GetAtt"]
    assert [each["Role"]["Fn::GetAtt"] for each in FUNCTIONS.values()].count(role) == 1


@function
def test_a_function_states_what_it_does(name: str) -> None:
    assert FUNCTIONS[name]["Description"]


@function
def test_a_function_has_a_sample_event(name: str) -> None:
    samples = sample_events(folder(name))
    assert samples
    for sample in samples:
        json.loads(sample.read_text())


def sample_events(name: str) -> list[Path]:
    """Its files in events/: NAME.json, NAME-what.json or in a folder of its name."""
    return sorted(
        [
            *ROOT.glob(f"events/{name}.json"),
            *ROOT.glob(f"events/{name}[-_.]*.json"),
            *ROOT.glob(f"events/{name}/*.json"),
        ]
    )


@function
def test_a_function_has_a_row_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| *[\[`]{folder(name)}\b", (ROOT / "README.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("queue", [name for name in of_type("AWS::SQS::Queue") if name.endswith("Queue")])
def test_a_queue_that_is_worked_off_has_a_dead_letter_queue_with_an_alarm(queue: str) -> None:
    consumed = [
        each["Properties"]["Queue"]["Fn::GetAtt"].split(".")[0]
        if isinstance(each["Properties"]["Queue"]["Fn::GetAtt"], str)
        else each["Properties"]["Queue"]["Fn::GetAtt"][0]
        for properties in FUNCTIONS.values()
        for each in properties.get("Events", {}).values()
        if each["Type"] == "SQS"
    ]
    watched = {
        target(dimension["Value"])
        for each in of_type("AWS::CloudWatch::Alarm").values()
        for dimension in each.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    if queue not in consumed:
        assert queue in watched, "nobody works it off, so somebody must be told"
        return
    redrive = RESOURCES[queue]["Properties"]["RedrivePolicy"]
    dead = target(redrive["deadLetterTargetArn"])
    assert dead in watched
    assert int(RESOURCES[dead]["Properties"]["MessageRetentionPeriod"]) > int(
        RESOURCES[queue]["Properties"]["MessageRetentionPeriod"]
    )


def target(value: Any) -> str:
    """The resource that a GetAtt or Ref names."""
    inner = value.get("Fn::GetAtt") or value.get("Ref")
    return (inner if isinstance(inner, str) else inner[0]).split(".")[0]


def hops() -> dict[str, Any]:
    """Every asynchronous hop between services, with what it says about dead letters."""
    found: dict[str, Any] = {}
    for name, each in of_type("AWS::Events::Rule").items():
        found |= {f"{name} to {rule['Id']}": rule.get("DeadLetterConfig") for rule in each["Targets"]}
    for name, each in of_type("AWS::SNS::Subscription").items():
        if each["Protocol"] != "email":
            found[name] = each.get("RedrivePolicy")
    for name, properties in FUNCTIONS.items():
        for event, each in properties.get("Events", {}).items():
            if each["Type"] == "Schedule":
                found[f"{name} {event}"] = each["Properties"].get("DeadLetterConfig")
                found[f"{name} failing"] = properties.get("EventInvokeConfig", {}).get("DestinationConfig")
    return found


@pytest.mark.parametrize("hop", hops())
def test_an_asynchronous_hop_has_a_dead_letter_queue(hop: str) -> None:
    assert hops()[hop]


@function
def test_visibility_is_at_least_six_times_the_timeout_of_the_worker(name: str) -> None:
    for each in FUNCTIONS[name].get("Events", {}).values():
        if each["Type"] == "SQS":
            queue = RESOURCES[target(each["Properties"]["Queue"])]["Properties"]
            assert int(queue["VisibilityTimeout"]) >= 6 * int(FUNCTIONS[name]["Timeout"])
            assert each["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_bus_rule_never_hears_our_own_events() -> None:
    assert RESOURCES["BusRule"]["Properties"]["EventPattern"]["source"] == [{"anything-but": ["kairos"]}]


@function
def test_a_role_names_actions_in_full_and_resources_wherever_aws_has_them(name: str) -> None:
    for each in statements(target(FUNCTIONS[name]["Role"])):
        actions = each["Action"] if isinstance(each["Action"], list) else [each["Action"]]
        assert not [action for action in actions if "*" in action]
        if each.get("Resource") == "*":
            assert set(actions) <= NO_RESOURCE
        if "NotResource" in each:
            assert actions == ["sns:Publish"], "a phone number alone is no resource"


def test_every_condition_parameter_and_mapping_is_described() -> None:
    assert all(each.get("Description") for each in SOURCE["Parameters"].values())
    assert all(each.get("Description") for each in SOURCE["Outputs"].values())


def test_the_chapters_come_in_the_order_of_the_plan() -> None:
    chapters = [
        "Parameters",
        "Globals",
        "Layers",
        "Table",
        "Queues and bus",
        "Archive",
        "Functions",
        "API",
        "Feedback",
        "Alarms and dashboard",
        "Outputs",
    ]
    banners = re.findall(r"^ *# ═+\n *# (.+)\n *# ═+$", TEMPLATE.read_text(), re.MULTILINE)
    assert [banner.split(":")[0].split(";")[0] for banner in banners] == chapters
