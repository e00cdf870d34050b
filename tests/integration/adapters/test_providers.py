"""Providers: the exact request of each, and what each of their answers means."""

import json
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.stub import ANY, Stubber

from kairos.adapters.end_user_messaging import EndUserMessagingPush, EndUserMessagingSms
from kairos.adapters.ses import Ses
from kairos.adapters.sns import SnsPush, SnsSms
from kairos.domain import tags
from kairos.service.ports import CircuitOpen, InDoubt, NotTaken, Outgoing, Provider, Refused

NOW = 1_780_000_000_000
ARN = "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/shop/1"
MAIL = Outgoing(
    message="m1", customer="c 1", campaign="welcome", step="send.hello", variant="b", channel="email",
    to={"email": "ann@shop.example"}, subject="Hello", text="Hello Ann", html="<p>Hello Ann</p>",
    headers={"List-Unsubscribe": "<https://shop.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    expires=NOW + 3_600_000,
)  # fmt: skip
SMS = replace(MAIL, channel="sms", to={"phone": "+4512345678"}, subject="", html="", headers={})
PUSH = replace(
    MAIL, channel="push", to={"token": "tok", "platform": "fcm"}, html="", headers={},
    data={"url": "https://s.example", "n": 1},
)  # fmt: skip
TAGS = tags.write(message="m1", customer="c 1", campaign="welcome", step="send.hello", variant="b")
ATTRIBUTES = {name: {"DataType": "String", "StringValue": value} for name, value in TAGS.items()}


def ses(aws) -> Provider:
    sender = "Nordlys <hello@nordlys.example>"
    return Ses(lambda: aws.ses, sender=sender, configuration_set="kairos", pace=lambda: None)


def sns_sms(aws) -> Provider:
    return SnsSms(lambda: aws.sns, sender_id="NORDLYS", origination="+4511111111", max_price="0.10")


def sns_push(aws) -> Provider:
    return SnsPush(lambda: aws.sns)


def eum_sms(aws) -> Provider:
    return EndUserMessagingSms(
        lambda: aws.sms_voice,
        configuration_set="sms",
        origination="NORDLYS",
        max_price="0.10",
        protect_configuration="p-1",
    )


def eum_push(aws) -> Provider:
    return EndUserMessagingPush(lambda: aws.pinpoint, application_id="app")


def string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def test_a_mail_goes_raw_with_its_tags(aws):
    stub, asked = Stubber(aws.ses), {}
    aws.ses.meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.update(params))
    expected = {
        "FromEmailAddress": "Nordlys <hello@nordlys.example>",
        "Destination": {"ToAddresses": ["ann@shop.example"]},
        "Content": {"Raw": {"Data": ANY}},
        "EmailTags": [{"Name": name, "Value": value} for name, value in TAGS.items()],
        "ConfigurationSetName": "kairos",
    }
    stub.add_response("send_email", {"MessageId": "ses-1"}, expected)
    with stub:
        assert ses(aws).send(MAIL, NOW) == "ses-1"
    mail = message_from_bytes(asked["Content"]["Raw"]["Data"], policy=policy.default)
    assert mail["From"] == "Nordlys <hello@nordlys.example>"
    assert mail["To"] == "ann@shop.example"
    assert mail["Subject"] == "Hello"
    assert mail["List-Unsubscribe"] == "<https://shop.example/u/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == "<m1@nordlys.example>"
    assert mail["Date"].datetime.timestamp() == NOW // 1000
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


PUBLISHED: list[tuple[Any, str, str, dict[str, Any], Outgoing, dict[str, Any]]] = [
    (
        sns_sms, "sns", "publish", {"MessageId": "id-1"}, SMS,
        {
            "PhoneNumber": "+4512345678",
            "Message": "Hello Ann",
            "MessageAttributes": {
                "AWS.SNS.SMS.SMSType": string("Promotional"),
                "AWS.SNS.SMS.SenderID": string("NORDLYS"),
                "AWS.MM.SMS.OriginationNumber": string("+4511111111"),
                "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": "0.10"},
                **ATTRIBUTES,
            },
        },
    ),
    (
        sns_push, "sns", "publish", {"MessageId": "id-1"},
        replace(PUSH, to={"token": "tok", "platform": "sns", "arn": ARN}),
        {
            "TargetArn": ARN,
            "Message": ANY,
            "MessageStructure": "json",
            "MessageAttributes": {
                **{f"AWS.SNS.MOBILE.{name}.TTL": string("3600") for name in ("FCM", "APNS", "APNS_SANDBOX")},
                **ATTRIBUTES,
            },
        },
    ),
    (
        eum_sms, "sms_voice", "send_text_message", {"MessageId": "id-1"}, replace(SMS, transactional=True),
        {
            "DestinationPhoneNumber": "+4512345678",
            "OriginationIdentity": "NORDLYS",
            "MessageBody": "Hello Ann",
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": "sms",
            "MaxPrice": "0.10",
            "TimeToLive": 3600,
            "Context": TAGS,
            "ProtectConfigurationId": "p-1",
        },
    ),
    (
        eum_push, "pinpoint", "send_messages",
        {"MessageResponse": {"ApplicationId": "app", "Result": {
            "tok": {"DeliveryStatus": "SUCCESSFUL", "StatusCode": 200, "MessageId": "id-1"}}}},
        PUSH,
        {
            "ApplicationId": "app",
            "MessageRequest": {
                "Addresses": {"tok": {"ChannelType": "GCM"}},
                "Context": TAGS,
                "TraceId": "m1",
                "MessageConfiguration": {"GCMMessage": {
                    "Action": "URL", "Url": "https://s.example", "Title": "Hello", "Body": "Hello Ann",
                    "Data": {"url": "https://s.example", "n": "1"}, "TimeToLive": 3600,
                }},
            },
        },
    ),
    (
        eum_push, "pinpoint", "send_messages",
        {"MessageResponse": {"ApplicationId": "app", "Result": {
            "tok": {"DeliveryStatus": "SUCCESSFUL", "StatusCode": 200, "MessageId": "id-1"}}}},
        replace(PUSH, to={"token": "tok", "platform": "apns"}, data={}, expires=0),
        {
            "ApplicationId": "app",
            "MessageRequest": {
                "Addresses": {"tok": {"ChannelType": "APNS"}},
                "Context": TAGS,
                "TraceId": "m1",
                "MessageConfiguration": {"APNSMessage": {
                    "Action": "OPEN_APP", "Title": "Hello", "Body": "Hello Ann", "Data": {}, "APNSPushType": "alert",
                }},
            },
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "client", "operation", "answer", "message", "expected"), PUBLISHED)
def test_a_provider_is_asked_exactly_so(aws, provider, client, operation, answer, message, expected):
    stub = Stubber(getattr(aws, client))
    stub.add_response(operation, answer, expected)
    with stub:
        assert provider(aws).send(message, NOW) == "id-1"


def test_each_platform_of_sns_gets_its_own_payload(aws):
    asked: dict[str, Any] = {}
    aws.sns.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: asked.update(params))
    stub = Stubber(aws.sns)
    stub.add_response("publish", {"MessageId": "id-1"})
    with stub:
        sns_push(aws).send(replace(PUSH, to={"token": ARN, "platform": "sns"}), NOW)
    payload = json.loads(asked["Message"])
    shown = {"title": "Hello", "body": "Hello Ann"}
    assert payload["default"] == "Hello Ann"
    assert json.loads(payload["GCM"]) == {
        "fcmV1Message": {"message": {"notification": shown, "data": {"url": "https://s.example", "n": "1"}}}
    }
    assert json.loads(payload["APNS"]) == {"url": "https://s.example", "n": 1, "aps": {"alert": shown}}
    assert payload["APNS_SANDBOX"] == payload["APNS"]


@pytest.mark.parametrize(("provider", "to"), [(sns_push, PUSH.to), (eum_push, {"token": ARN, "platform": "sns"})])
def test_a_token_that_the_provider_cannot_reach_is_undeliverable(aws, provider, to):
    with pytest.raises(Refused) as refused:
        provider(aws).send(replace(PUSH, to=to), NOW)
    assert refused.value.reason == "undeliverable"


ENDPOINT = replace(PUSH, to={"token": ARN, "platform": "sns"})
WAYS = {
    "ses": (ses, "ses", "send_email", MAIL),
    "sns sms": (sns_sms, "sns", "publish", SMS),
    "sns push": (sns_push, "sns", "publish", ENDPOINT),
    "eum sms": (eum_sms, "sms_voice", "send_text_message", SMS),
    "eum push": (eum_push, "pinpoint", "send_messages", PUSH),
}

FAILED, UNDELIVERABLE = "failed_provider", "undeliverable"
ANSWERS = [
    ("ses", "TooManyRequestsException", "", 429, NotTaken),
    ("ses", "ThrottlingException", "", 400, NotTaken),
    ("ses", "LimitExceededException", "", 400, CircuitOpen),
    ("ses", "AccountSuspendedException", "", 400, CircuitOpen),
    ("ses", "SendingPausedException", "", 400, CircuitOpen),
    ("ses", "MailFromDomainNotVerifiedException", "", 400, CircuitOpen),
    ("ses", "NotFoundException", "", 404, CircuitOpen),
    ("ses", "AccessDeniedException", "", 403, CircuitOpen),
    ("ses", "ExpiredTokenException", "", 403, NotTaken),
    ("ses", "MessageRejected", "", 400, FAILED),
    ("ses", "BadRequestException", "", 400, FAILED),
    ("ses", "SomethingNew", "", 400, FAILED),
    ("ses", "SomethingNew", "", 429, NotTaken),
    ("ses", "InternalFailure", "", 500, InDoubt),
    ("ses", "ServiceUnavailable", "", 503, InDoubt),
    ("sns sms", "Throttling", "", 400, NotTaken),
    ("sns sms", "ThrottledException", "", 429, NotTaken),
    ("sns sms", "KMSThrottling", "", 400, NotTaken),
    ("sns sms", "AuthorizationError", "", 403, CircuitOpen),
    ("sns sms", "InvalidSecurity", "", 403, CircuitOpen),
    ("sns sms", "InvalidParameter", "", 400, UNDELIVERABLE),
    ("sns sms", "OptedOut", "", 400, UNDELIVERABLE),
    ("sns sms", "ParameterValueInvalid", "", 400, FAILED),
    ("sns sms", "ValidationException", "", 400, FAILED),
    ("sns sms", "InternalError", "", 500, InDoubt),
    ("sns push", "EndpointDisabled", "", 400, UNDELIVERABLE),
    ("sns push", "NotFound", "", 404, UNDELIVERABLE),
    ("sns push", "InvalidParameter", "", 400, UNDELIVERABLE),
    ("sns push", "PlatformApplicationDisabled", "", 400, CircuitOpen),
    ("sns push", "InternalError", "", 500, InDoubt),
    ("eum sms", "ThrottlingException", "", 400, NotTaken),
    ("eum sms", "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", 400, CircuitOpen),
    ("eum sms", "AccessDeniedException", "ACCOUNT_DISABLED", 400, CircuitOpen),
    ("eum sms", "ResourceNotFoundException", "", 400, CircuitOpen),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND", 400, CircuitOpen),
    ("eum sms", "ConflictException", "RESOURCE_NOT_ACTIVE", 400, CircuitOpen),
    ("eum sms", "ConflictException", "REGISTRATION_NOT_COMPLETE", 400, CircuitOpen),
    ("eum sms", "ConflictException", "MESSAGE_TYPE_MISMATCH", 400, FAILED),
    ("eum sms", "ValidationException", "PRICE_OVER_THRESHOLD", 400, FAILED),
    ("eum sms", "ValidationException", "COUNTRY_NOT_ENABLED", 400, UNDELIVERABLE),
    ("eum sms", "ValidationException", "DESTINATION_COUNTRY_BLOCKED", 400, UNDELIVERABLE),
    ("eum sms", "ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED", 400, UNDELIVERABLE),
    ("eum sms", "ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", 400, UNDELIVERABLE),
    ("eum sms", "InternalServerException", "", 500, InDoubt),
    ("eum push", "TooManyRequestsException", "", 429, NotTaken),
    ("eum push", "ForbiddenException", "", 403, CircuitOpen),
    ("eum push", "NotFoundException", "", 404, CircuitOpen),
    ("eum push", "BadRequestException", "", 400, FAILED),
    ("eum push", "PayloadTooLargeException", "", 413, FAILED),
    ("eum push", "MethodNotAllowedException", "", 405, FAILED),
    ("eum push", "InternalServerErrorException", "", 500, InDoubt),
]


def assert_means(error: BaseException, meaning: type[Exception] | str) -> None:
    if isinstance(meaning, str):
        assert isinstance(error, Refused)
        assert error.reason == meaning
    else:
        assert type(error) is meaning


@pytest.mark.parametrize(("way", "code", "reason", "status", "meaning"), ANSWERS)
def test_an_answer_means(aws, way, code, reason, status, meaning):
    provider, client, operation, message = WAYS[way]
    stub = Stubber(getattr(aws, client))
    more = {"Reason": reason} if reason else None
    stub.add_client_error(operation, code, http_status_code=status, modeled_fields=more)
    with stub, pytest.raises((NotTaken, Refused, InDoubt)) as told:
        provider(aws).send(message, NOW)
    assert_means(told.value, meaning)
    stub.assert_no_pending_responses()  # asked once, never again


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (EndpointConnectionError(endpoint_url=""), NotTaken),
        (ConnectTimeoutError(endpoint_url=""), NotTaken),
        (NoCredentialsError(), CircuitOpen),
        (ReadTimeoutError(endpoint_url=""), InDoubt),
        (ConnectionClosedError(endpoint_url=""), InDoubt),
        (SSLError(endpoint_url="", error=OSError("bad record")), InDoubt),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_broken_connection_means(aws, way, failure, meaning):
    provider, name, _, message = WAYS[way]
    client = getattr(aws, name)

    def fail(**_):
        raise failure

    client.meta.events.register_first(f"before-send.{client.meta.service_model.service_id.hyphenize()}", fail)
    with pytest.raises((NotTaken, Refused, InDoubt)) as told:
        provider(aws).send(message, NOW)
    assert_means(told.value, meaning)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        ("THROTTLED", 429, NotTaken),
        ("TEMPORARY_FAILURE", 503, NotTaken),
        ("PERMANENT_FAILURE", 410, UNDELIVERABLE),
        ("PERMANENT_FAILURE", 403, CircuitOpen),
        ("OPT_OUT", 200, UNDELIVERABLE),
        ("DUPLICATE", 200, FAILED),
        ("UNKNOWN_FAILURE", 400, InDoubt),
        ("SOMETHING_NEW", 400, InDoubt),
    ],
)
def test_a_push_that_the_device_platform_did_not_take_means(aws, status, code, meaning):
    stub = Stubber(aws.pinpoint)
    result = {"tok": {"DeliveryStatus": status, "StatusCode": code}}
    stub.add_response("send_messages", {"MessageResponse": {"ApplicationId": "app", "Result": result}})
    with stub, pytest.raises((NotTaken, Refused, InDoubt)) as told:
        eum_push(aws).send(PUSH, NOW)
    assert_means(told.value, meaning)


def test_a_request_that_the_model_refuses_never_goes_out(aws):
    with pytest.raises(Refused) as refused:
        eum_sms(aws).send(replace(SMS, text=""), NOW)
    assert refused.value.reason == "failed_provider"
