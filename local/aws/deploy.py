"""Creates the template's resources in moto: through CloudFormation what it can, the rest by API calls."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import boto3

from kairos.domain.access import Access, Scope
from local.aws.intrinsics import Resolver
from local.aws.template import ACCOUNT, REGION, STACK, Template

BY_CLOUDFORMATION: Final = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::SNS::Topic",
        "AWS::S3::Bucket",
    }
)
LOCAL_KEYS: Final = {"dev-write-key": Scope.INGEST, "dev-admin-key": Scope.ADMIN}
LOCAL_SECRETS: Final = {"ShopifySecret": "dev-shopify-secret"}
"""What others than the stack itself have to know."""

DYNAMIC: Final = re.compile(r"\{\{resolve:secretsmanager:(arn:aws:secretsmanager:[\w:-]+)\}\}")
"""A dynamic reference to a whole secret, as CloudFormation replaces it when it makes a resource."""


def _arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def _schedules(properties: Mapping[str, Any]) -> bool:
    return "ScheduleExpression" in properties


def deploy(template: Template, session: boto3.Session, domains: frozenset[str]) -> None:
    """Every resource that something local uses exists afterwards, and the template's expressions resolve."""
    _by_cloudformation(template, session)
    for kind, make in MAKERS.items():
        for name, properties in template.of_type(kind).items():
            make(template.resolve, session, name, properties)
    ses = session.client("sesv2")
    for domain in sorted(domains):
        ses.create_email_identity(EmailIdentity=domain)
    for properties in template.of_type("AWS::DynamoDB::Table").values():
        _settings_of_table(template.resolve, session, properties)
    for name, properties in template.of_type("AWS::S3::Bucket").items():
        if kept := properties.get("VersioningConfiguration"):
            bucket = template.resolve.known[name]
            session.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration=kept)


def _by_cloudformation(template: Template, session: boto3.Session) -> None:
    resources = {
        name: {key: value for key, value in copy.deepcopy(resource).items() if key in ("Type", "Properties")}
        for name, resource in template.resources.items()
        if resource["Type"] in BY_CLOUDFORMATION and not _schedules(resource.get("Properties", {}))
    }
    document = {
        "Parameters": {name: {"Type": "String", "Default": str(value)} for name, value in template.parameters.items()},
        "Conditions": template.document.get("Conditions", {}),
        "Resources": resources,
    }
    client = session.client("cloudformation")
    client.create_stack(StackName=STACK, TemplateBody=json.dumps(document))
    for made in client.describe_stack_resources(StackName=STACK)["StackResources"]:
        name, kind = made["LogicalResourceId"], made["ResourceType"]
        named = resources[name].get("Properties", {}).get("Name", name)  # moto tells no physical id of buses and rules
        _know(template.resolve, name, kind, made.get("PhysicalResourceId") or template.resolve(named))


def _know(resolve: Resolver, name: str, kind: str, physical: str) -> None:
    short = physical.rsplit("/", 1)[-1]
    arns = {
        "AWS::DynamoDB::Table": ("dynamodb", f"table/{physical}"),
        "AWS::SQS::Queue": ("sqs", short),
        "AWS::Events::EventBus": ("events", f"event-bus/{physical}"),
        "AWS::Events::Rule": ("events", f"rule/{physical}"),
        "AWS::SNS::Topic": ("sns", physical.rsplit(":", 1)[-1]),
    }
    resolve.known[name] = physical
    if kind == "AWS::S3::Bucket":
        resolve.attributes[name, "Arn"] = f"arn:aws:s3:::{physical}"
    else:
        resolve.attributes[name, "Arn"] = _arn(*arns[kind])
    resolve.attributes.update({(name, "Name"): physical, (name, "QueueName"): short, (name, "TopicName"): short})


def _settings_of_table(resolve: Resolver, session: boto3.Session, properties: Mapping[str, Any]) -> None:
    table = next(name for name in session.client("dynamodb").list_tables()["TableNames"])
    if ttl := properties.get("TimeToLiveSpecification"):
        session.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=resolve(ttl))
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        session.client("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=resolve(recovery)
        )


Maker = Callable[[Resolver, boto3.Session, str, Mapping[str, Any]], None]


def _function(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    resolve.known[name] = name
    resolve.attributes[name, "Arn"] = _arn("lambda", f"function:{name}")


def _alias(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    resolve.known[name] = f"{_arn('lambda', 'function:' + resolve(properties['FunctionName']))}:{properties['Name']}"


def _secret(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    made_up = LOCAL_SECRETS.get(name) or hashlib.sha256(f"local {name}".encode()).hexdigest()
    value = local_keys() if name == "KeysSecret" else made_up
    made = session.client("secretsmanager").create_secret(Name=f"{STACK}-{name}", SecretString=value)
    resolve.known[name] = made["ARN"]


def revealed(session: boto3.Session, text: str) -> str:
    """The text with its dynamic references replaced by the secrets they name."""
    secrets = session.client("secretsmanager") if DYNAMIC.search(text) else None
    return (
        text
        if secrets is None
        else DYNAMIC.sub(lambda found: secrets.get_secret_value(SecretId=found[1])["SecretString"], text)
    )


def local_keys() -> str:
    """What the secret of keys holds on a laptop."""
    made = Access()
    for key, scope in LOCAL_KEYS.items():
        made = made.create(key, key, scope, 0)
    return made.text()


def _topic_subscription(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    given = resolve(properties)
    if given["Protocol"] != "sqs":
        return
    raw = {"RawMessageDelivery": "true"} if given.get("RawMessageDelivery") else {}
    session.client("sns").subscribe(
        TopicArn=given["TopicArn"], Protocol="sqs", Endpoint=given["Endpoint"], Attributes=raw
    )


def _configuration_set(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    resolve.known[name] = resolve(properties)["Name"]
    session.client("sesv2").create_configuration_set(ConfigurationSetName=resolve.known[name])


def _sms_configuration_set(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    resolve.known[name] = resolve(properties["ConfigurationSetName"])


def _http_api(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    resolve.known[name] = "local"


def _stream(resolve: Resolver, session: boto3.Session, name: str, properties: Mapping[str, Any]) -> None:
    destination = properties["ExtendedS3DestinationConfiguration"]
    resolve.known[name] = f"{STACK}-{name}"
    session.client("firehose").create_delivery_stream(
        DeliveryStreamName=resolve.known[name],
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "BucketARN": resolve(destination["BucketARN"]),
            "RoleARN": _arn("iam", "role/local", region=""),
            "Prefix": resolve(destination["Prefix"]).split("!", 1)[0],
        },
    )


MAKERS: Final[dict[str, Maker]] = {
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Alias": _alias,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SNS::Subscription": _topic_subscription,
    "AWS::SES::ConfigurationSet": _configuration_set,
    "AWS::SMSVOICE::ConfigurationSet": _sms_configuration_set,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::KinesisFirehose::DeliveryStream": _stream,
}
"""In this order: what others refer to comes first."""
