"""Each provider as a stack would set it up, and a message for each channel."""

from dataclasses import replace

from kairos.adapters.aws import Aws
from kairos.adapters.end_user_messaging import EndUserMessagingPush, EndUserMessagingSms
from kairos.adapters.ses import SesEmail
from kairos.adapters.sns import SnsPush, SnsSms
from kairos.adapters.whatsapp import WhatsApp
from kairos.domain import tags
from kairos.service.ports import Outgoing, Provider

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
    data={"link": "https://s.example", "n": 1},
)  # fmt: skip
CHAT = replace(
    MAIL, channel="whatsapp", to={"whatsapp": "+4512345678"}, subject="", html="", headers={},
    data={"template": "cart_reminder", "language": "da", "parameters": ["Ann", "12 kr."],
          "image": "https://s.example/a.png", "buttons": ["", "c-1"]},
)  # fmt: skip
NUMBER = "arn:aws:social-messaging:eu-west-1:123456789012:phone-number-id/n1"
TAGS = tags.write(message="m1", customer="c 1", campaign="welcome", step="send.hello", variant="b")
ATTRIBUTES = {name: {"DataType": "String", "StringValue": value} for name, value in TAGS.items()}


def whatsapp(aws: Aws) -> Provider:
    return WhatsApp(lambda: aws.social, phone_number=NUMBER, api_version="v24.0")


def ses(aws: Aws) -> Provider:
    sender = "Nordlys <hello@nordlys.example>"
    return SesEmail(lambda: aws.ses, sender=sender, configuration_set="kairos", pace=lambda transactional: None)


def sns_sms(aws: Aws) -> Provider:
    return SnsSms(lambda: aws.sns, sender_id="NORDLYS", origination="+4511111111", max_price="0.10")


def sns_push(aws: Aws) -> Provider:
    return SnsPush(lambda: aws.sns)


def eum_sms(aws: Aws) -> Provider:
    return EndUserMessagingSms(
        lambda: aws.sms_voice,
        configuration_set="sms",
        origination="NORDLYS",
        max_price="0.10",
        protect_configuration="p-1",
    )


def eum_push(aws: Aws) -> Provider:
    return EndUserMessagingPush(lambda: aws.pinpoint, application_id="app")
