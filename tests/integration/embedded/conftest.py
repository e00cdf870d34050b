"""A small system of its own: one queue, one table, one function for each kind of trigger."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

START = parse_moment("2026-05-01T10:00:00Z")
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: due_shard, AttributeType: S}
        - {AttributeName: due_at, AttributeType: N}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: due
          KeySchema: [{AttributeName: due_shard, KeyType: HASH}, {AttributeName: due_at, KeyType: RANGE}]
          Projection: {ProjectionType: KEYS_ONLY}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 3}
  Dlq: {Type: AWS::SQS::Queue}
  Feedback: {Type: AWS::SQS::Queue}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !GetAtt Bus.Name
      EventPattern: {source: [{anything-but: [kairos]}]}
      Targets: [{Id: queue, Arn: !GetAtt Queue.Arn}]
  Bucket: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Feedback.Arn}
  Mail: {Type: AWS::SES::ConfigurationSet, Properties: {Name: !Ref AWS::StackName}}
  MailEvents:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Mail
      EventDestination:
        MatchingEventTypes: [SEND, DELIVERY, BOUNCE, COMPLAINT]
        SnsDestination: {TopicARN: !Ref Topic}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: ["https://shop.example"], AllowMethods: [POST], AllowHeaders: [x-api-key]}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: code/
      Handler: handler.handler
      Timeout: 10
      Environment: {Variables: {TABLE: !Ref Table, QUEUE: !Ref Queue, MAIL: !Ref Mail}}
      Events:
        Work:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}
        Minute: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
        Echo: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: "/echo/{name}"}}
"""


HANDLER = """
import json, os
import boto3

table = boto3.client("dynamodb")
queue = boto3.client("sqs")
mail = boto3.client("sesv2")
seen, minutes = [], []


def handler(event, context):
    if "Records" in event:
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"] if not work(r)]}
    if event.get("detail-type") == "Scheduled Event":
        return minute(event)
    return {"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}


def work(record):
    body = json.loads(record["body"])
    stamps = record["attributes"]
    seen.append((body, int(stamps["ApproximateReceiveCount"]), int(stamps["SentTimestamp"])))
    if "put" in body:
        table.put_item(TableName=os.environ["TABLE"], Item=body["put"])
    if "mail" in body:
        mail.send_email(
            FromEmailAddress="a@nordlys.example", Destination={"ToAddresses": [body["mail"]]},
            Content={"Raw": {"Data": b"Subject: Hi\\r\\nTo: x@y.example\\r\\n\\r\\nHello"}},
            ConfigurationSetName=os.environ["MAIL"], EmailTags=[{"Name": "campaign", "Value": "welcome"}],
        )
    return not body.get("fails")


def minute(event):
    minutes.append(event["time"])
    for item in table.query(
        TableName=os.environ["TABLE"], IndexName="due", KeyConditionExpression="due_shard = :s",
        ExpressionAttributeValues={":s": {"S": "0"}},
    )["Items"]:
        table.delete_item(TableName=os.environ["TABLE"], Key={"pk": item["pk"], "sk": item["sk"]})
"""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def system(tmp_path: Path, clock: VirtualClock) -> Iterator[Callable[[str], Stack]]:
    """The small system around a handler's code."""
    made: list[Stack] = []

    def start(handler: str) -> Stack:
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "handler.py").write_text(handler)
        (tmp_path / "template.yaml").write_text(TEMPLATE)
        template = tmp_path / "template.yaml"
        made.append(Stack.start(campaigns=None, clock=clock, template=template, log=lambda line: None))
        return made[0]

    yield start
    for stack in made:
        stack.stop()


@pytest.fixture
def stack(system: Callable[[str], Stack]) -> Stack:
    return system(HANDLER)
