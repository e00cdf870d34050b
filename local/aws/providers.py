"""The providers' side of a send: answers where moto has none, keeps what was accepted, reports back over the topics."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from local.aws.faults import Answer
from local.aws.feedback import of_mail, of_mail_later, of_text, of_whatsapp, of_whatsapp_later, whatsapp_written
from local.aws.gateway import bytes_of
from local.aws.outbox import Sent, accepted
from local.aws.spill import Shelf
from local.aws.template import ACCOUNT, REGION, Template

ACCOUNT_OF_SES: Final = {
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "SendQuota": {"Max24HourSend": 10_000_000.0, "MaxSendRate": 10_000.0, "SentLast24Hours": 0.0},
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
}


class Providers:
    """SES, SNS and End User Messaging as their recipients see them."""

    def __init__(self, template: Template, clock: Callable[[], int]) -> None:
        self.clock = clock
        self.sent: Shelf[Sent] = Shelf()
        self._mail_topics = _ses_destinations(template)
        self._text_topics = _sms_destinations(template)
        self._whatsapp_topic = str(template.resolve.known.get("SmsFeedbackTopic", ""))  # a business account names it

    def answer(self, request: AWSPreparedRequest, operation: str) -> Answer | None:
        """The answer to what moto does not know; None to all else."""
        if operation == "GetAccount":
            return _json(ACCOUNT_OF_SES)
        if operation == "SendWhatsAppMessage":
            return _json({"messageId": str(uuid.uuid4())})
        if operation not in ("SendTextMessage", "SendMessages"):
            return None
        body = json.loads(bytes_of(request.body) or b"{}")
        if operation == "SendTextMessage":
            return _json({"MessageId": str(uuid.uuid4())})
        results = {
            address: {"DeliveryStatus": "SUCCESSFUL", "MessageId": str(uuid.uuid4()), "StatusCode": 200}
            for address in body.get("MessageRequest", body)["Addresses"]
        }
        application = request.url.split("/apps/")[1].split("/")[0]
        return _json({"ApplicationId": application, "RequestId": str(uuid.uuid4()), "Result": results})

    def heard(self, call: str, request: AWSPreparedRequest, answer: bytes) -> None:
        """Keeps what this call has sent, and reports on it as the provider would."""
        for sent in accepted(call, request, answer, self.clock()):
            self.sent.append(sent)
            _forget()
            if call == "ses.SendEmail":
                self._report_mail(sent, json.loads(bytes_of(request.body)).get("ConfigurationSetName", ""))
            elif call == "pinpoint-sms-voice-v2.SendTextMessage":
                name = json.loads(bytes_of(request.body)).get("ConfigurationSetName", "")
                for topic in self._text_topics.get(name, []):
                    _publish(topic, of_text(sent))
            elif call == "socialmessaging.SendWhatsAppMessage":
                for status in of_whatsapp(sent):
                    _publish(self._whatsapp_topic, status)

    def say(self, message: str, word: str, *, machine: bool) -> None:
        """What the provider says of that message later, over its topic. Raises KeyError for what it never says."""
        sent = next(one for one in reversed(self.sent) if one.message == message)
        now = self.clock()
        if sent.channel == "email":
            told, topics = of_mail_later(sent, word, now, machine=machine), self._mail_topics
            reached = {topic for found in topics.values() for topic, _ in found}
        elif sent.channel == "whatsapp":
            told, reached = of_whatsapp_later(sent, word, now), {self._whatsapp_topic}
        else:
            told, reached = of_text(sent, word, now), {topic for found in self._text_topics.values() for topic in found}
        for topic in sorted(reached):
            _publish(topic, told)

    def write(self, number: str, text: str) -> None:
        """Somebody writes by WhatsApp."""
        _publish(self._whatsapp_topic, whatsapp_written(number, text, f"wamid.{uuid.uuid4()}", self.clock()))

    def _report_mail(self, sent: Sent, configuration_set: str) -> None:
        for event in of_mail(sent, configuration_set):
            for topic, kinds in self._mail_topics.get(configuration_set, []):
                if event["eventType"].upper() in kinds:
                    _publish(topic, event)


def _json(body: Mapping[str, Any]) -> Answer:
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def _publish(topic: str, event: Mapping[str, Any]) -> None:
    found = sns_backends[ACCOUNT][REGION].topics[topic]
    found.publish(json.dumps(event))
    found.sent_notifications.clear()


def _forget() -> None:
    """What moto keeps of each message, whole, for tests of its own."""
    texts, mails = sns_backends[ACCOUNT][REGION], ses_backends[ACCOUNT][REGION]
    mails.sent_messages.clear()
    texts.sms_messages.clear()
    for endpoint in texts.platform_endpoints.values():
        endpoint.messages.clear()


def _ses_destinations(template: Template) -> dict[str, list[tuple[str, frozenset[str]]]]:
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for properties in template.of_type("AWS::SES::ConfigurationSetEventDestination").values():
        given = template.resolve(properties)
        destination = given["EventDestination"]
        kinds = frozenset(kind.upper().replace("_", "") for kind in destination["MatchingEventTypes"])
        if "SnsDestination" in destination:
            entry = (destination["SnsDestination"]["TopicARN"], kinds)
            found.setdefault(given["ConfigurationSetName"], []).append(entry)
    return found


def _sms_destinations(template: Template) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for properties in template.of_type("AWS::SMSVOICE::ConfigurationSet").values():
        given = template.resolve(properties)
        topics = [d["SnsDestination"]["TopicArn"] for d in given.get("EventDestinations", []) if "SnsDestination" in d]
        found[given["ConfigurationSetName"]] = topics
    return found
