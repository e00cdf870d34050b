"""The exact request of each provider."""

import json
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from kairos.adapters.whatsapp import written
from kairos.service.ports import Outgoing, Refused
from tests.integration.adapters.providers import (
    ARN,
    ATTRIBUTES,
    CHAT,
    MAIL,
    NOW,
    NUMBER,
    PUSH,
    SMS,
    TAGS,
    eum_push,
    eum_sms,
    ses,
    sns_push,
    sns_sms,
    whatsapp,
)


def string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def test_a_mail_goes_raw_with_its_tags(aws):
    stub, asked = Stubber(aws.ses), {}
    aws.ses.meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.update(params))
    expected = {
        "FromEmailAddress": "Nordlys <hello@nordlys.example>",
        "Destination": {"ToAddresses": ["ann@shop.example"]},
        "Content": {"Raw": {"Data": ANY}},
        "EmailTags": [
            *({"Name": name, "Value": value} for name, value in TAGS.items()),
            {"Name": "ses:feedback-id-a", "Value": "welcome"},
            {"Name": "ses:feedback-id-b", "Value": "send_hello"},
        ],
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
                    "Data": {"link": "https://s.example", "n": "1"}, "TimeToLive": 3600,
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
        "fcmV1Message": {"message": {"notification": shown, "data": {"link": "https://s.example", "n": "1"}}}
    }
    assert json.loads(payload["APNS"]) == {"link": "https://s.example", "n": 1, "aps": {"alert": shown}}
    assert payload["APNS_SANDBOX"] == payload["APNS"]


@pytest.mark.parametrize(("provider", "to"), [(sns_push, PUSH.to), (eum_push, {"token": ARN, "platform": "sns"})])
def test_a_token_that_the_provider_cannot_reach_is_refused_by_the_provider(aws, provider, to):
    with pytest.raises(Refused) as refused:
        provider(aws).send(replace(PUSH, to=to), NOW)
    assert refused.value.reason == "failed_provider"


def test_a_whatsapp_message_is_meta_s_own_and_carries_whose_it_is(aws):
    stub, asked = Stubber(aws.social), {}
    aws.social.meta.events.register(
        "provide-client-params.socialmessaging.SendWhatsAppMessage", lambda params, **_: asked.update(params)
    )
    expected = {"originationPhoneNumberId": NUMBER, "metaApiVersion": "v24.0", "message": ANY}
    stub.add_response("send_whatsapp_message", {"messageId": "wa-1"}, expected)
    with stub:
        assert whatsapp(aws).send(CHAT, NOW) == "wa-1"
    told = json.loads(asked["message"])
    assert json.loads(told.pop("biz_opaque_callback_data")) == TAGS
    assert told == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+4512345678", "type": "template",
        "template": {
            "name": "cart_reminder", "language": {"code": "da"},
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://s.example/a.png"}}]},
                {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "12 kr."}]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "c-1"}]},
            ],
        },
    }  # fmt: skip


def test_of_tags_too_long_for_whatsapp_the_message_and_its_owner_remain(aws):
    told = written(replace(CHAT, step="s" * 180, campaign="c" * 180))
    assert set(json.loads(told["biz_opaque_callback_data"])) == {"message", "customer"}
