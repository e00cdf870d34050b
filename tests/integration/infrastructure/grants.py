"""What a function's role of the template allows, grant by grant, and what its wiring alone needs."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from local.aws.template import ACCOUNT, REGION, STACK, Template
from tests.integration.infrastructure.calls import Call

ANY_SNS = "arn:aws:sns:*:*:*"


class Grant(NamedTuple):
    """One action on one pattern of resources, under one pattern of leading keys; `beside`: on all but that pattern."""

    action: str
    resource: str
    key: str = ""
    beside: bool = False

    def allows(self, call: Call) -> bool:
        """Whether this alone lets the call pass."""
        on = fnmatchcase(call.resource, self.resource)
        return call.action == self.action and on != self.beside and (not self.key or fnmatchcase(call.key, self.key))


def grants_of(template: Template, function: str) -> set[Grant]:
    """All that the function's role allows. AssertionError for a condition that is not understood here."""
    _name_arns(template)
    role = template.of_type("AWS::Lambda::Function")[function]["Role"]["Fn::GetAtt"][0]
    found: set[Grant] = set()
    for policy in template.of_type("AWS::IAM::Role")[role]["Policies"]:
        for statement in template.resolve(policy)["PolicyDocument"]["Statement"]:
            found |= set(_grants(statement))
    return found


def _grants(statement: dict[str, Any]) -> Iterator[Grant]:
    assert statement["Effect"] == "Allow"
    condition = statement.get("Condition", {})
    keys = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [""])
    assert not condition or condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}, condition
    beside = "NotResource" in statement
    for action in _list(statement["Action"]):
        for resource in _list(statement["NotResource" if beside else "Resource"]):
            yield from (Grant(action, resource, key, beside) for key in _list(keys))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def wired(template: Template, function: str) -> set[Call]:
    """What Lambda itself asks for in the function's name: its log, its traces, its queue, where its failures go."""
    _name_arns(template)
    properties = template.of_type("AWS::Lambda::Function")[function]
    logs = template.resolve.attributes[properties["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]
    found = {Call(f"logs:{name}", logs) for name in ("CreateLogStream", "PutLogEvents")}
    if properties["TracingConfig"]["Mode"] == "Active":
        found |= {Call(f"xray:{name}", "*") for name in ("PutTraceSegments", "PutTelemetryRecords")}
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values():
        if mapping["FunctionName"]["Ref"].startswith(function):
            queue = template.resolve(mapping["EventSourceArn"])
            found |= {Call(f"sqs:{name}", queue) for name in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    for config in template.of_type("AWS::Lambda::EventInvokeConfig").values():
        if config["FunctionName"]["Ref"] == function:
            found.add(
                Call("sqs:SendMessage", template.resolve(config["DestinationConfig"]["OnFailure"]["Destination"]))
            )
    return found


def _name_arns(template: Template) -> None:
    """Those of what the embedded AWS does not make."""
    for name, group in template.of_type("AWS::Logs::LogGroup").items():
        named = f"log-group:{template.resolve(group['LogGroupName'])}:*"
        template.resolve.attributes[name, "Arn"] = f"arn:aws:logs:{REGION}:{ACCOUNT}:{named}"
    for name in template.of_type("AWS::KinesisFirehose::DeliveryStream"):
        arn = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{STACK}-{name}"
        template.resolve.attributes[name, "Arn"] = arn
