"""A request to AWS as IAM sees it: which action, on which resource, and in DynamoDB under which leading keys."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from local.aws.gateway import bytes_of
from local.aws.template import ACCOUNT, REGION


class Call(NamedTuple):
    """What a policy is asked about; `key` is the partition key, where the service has such a thing."""

    action: str
    resource: str
    key: str = ""


TRANSACTED: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
"""A transaction needs the permissions of its parts, and none of its own."""


def calls_of(service: str, operation: str, request: AWSPreparedRequest) -> list[Call]:
    """Every permission that this request needs."""
    if service == "s3":
        return [_s3(operation, request.url)]
    text = bytes_of(request.body).decode()
    if service == "sns":
        asked = {name: values[0] for name, values in parse_qs(text).items()}
        return [Call(f"sns:{operation}", asked.get("TargetArn") or asked.get("TopicArn") or asked["PhoneNumber"])]
    body = json.loads(text or "{}")
    if service == "pinpoint":
        application = unquote(request.url.split("/apps/")[1].split("/")[0])
        return [Call("mobiletargeting:SendMessages", _arn("mobiletargeting", f"apps/{application}/messages"))]
    return list(_READERS[service](operation, body))


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _s3(operation: str, url: str) -> Call:
    """Of a bucket by its own host."""
    where = urlsplit(url)
    bucket, key = f"arn:aws:s3:::{where.netloc.partition('.')[0]}", unquote(where.path.lstrip("/"))
    if operation == "ListObjectsV2":
        return Call("s3:ListBucket", bucket)
    version = "Version" if "versionId" in parse_qs(where.query) else ""
    return Call(f"s3:{operation}{version}", f"{bucket}/{key}")


def _dynamodb(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    if operation == "TransactWriteItems":
        for part in body["TransactItems"]:
            (kind, asked), *_ = part.items()
            yield from _dynamodb(TRANSACTED[kind], asked)
    elif operation == "BatchGetItem":
        for table, asked in body["RequestItems"].items():
            yield from (_item(operation, table, key) for key in asked["Keys"])
    elif operation == "Query":
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        name = body["KeyConditionExpression"].split(" = ")[1].split(" ")[0]
        yield Call("dynamodb:Query", _arn("dynamodb", f"table/{body['TableName']}{index}"), _text(body, name))
    elif operation == "Scan":
        yield Call("dynamodb:Scan", _arn("dynamodb", f"table/{body['TableName']}"))
    else:
        yield _item(operation, body["TableName"], body.get("Key") or body["Item"])


def _text(body: Mapping[str, Any], name: str) -> str:
    return str(body["ExpressionAttributeValues"][name]["S"])


def _item(operation: str, table: str, key: Mapping[str, Any]) -> Call:
    return Call(f"dynamodb:{operation}", _arn("dynamodb", f"table/{table}"), key["pk"]["S"])


def _sqs(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    # a batch needs the permission of its single
    yield Call(f"sqs:{operation.removesuffix('Batch')}", _arn("sqs", body["QueueUrl"].rsplit("/", 1)[-1]))


def _firehose(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    yield Call(f"firehose:{operation}", _arn("firehose", f"deliverystream/{body['DeliveryStreamName']}"))


def _secrets(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    yield Call(f"secretsmanager:{operation}", body["SecretId"])


def _events(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    for entry in body["Entries"]:
        yield Call(f"events:{operation}", _arn("events", f"event-bus/{entry['EventBusName']}"))


def _ses(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    if operation != "SendEmail":
        yield Call(f"ses:{operation}", "*")
        return
    # SES asks for the old API's permission where the content is raw: AccessDenied names `ses:SendRawEmail` then
    action = "ses:SendRawEmail" if "Raw" in body["Content"] else "ses:SendEmail"
    domain = body["FromEmailAddress"].rpartition("@")[2].rstrip(">")
    yield Call(action, _arn("ses", f"identity/{domain}"))
    yield Call(action, _arn("ses", f"configuration-set/{body['ConfigurationSetName']}"))


def _sms(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    yield Call(f"sms-voice:{operation}", body["OriginationIdentity"])


def _social(operation: str, body: Mapping[str, Any]) -> Iterator[Call]:
    yield Call(f"social-messaging:{operation}", body["originationPhoneNumberId"])


_READERS: Final = {
    "dynamodb": _dynamodb, "sqs": _sqs, "firehose": _firehose, "secretsmanager": _secrets, "events": _events,
    "ses": _ses, "pinpoint-sms-voice-v2": _sms, "socialmessaging": _social,
}  # fmt: skip
