"""The real adapters on the services in memory: what goes out, what is refused, and what nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kairos.adapters.archive import FirehoseArchive
from kairos.adapters.bus import EventBridgeBus
from kairos.adapters.end_user_messaging import EndUserMessagingPush, EndUserMessagingSms
from kairos.adapters.ses import SesEmail
from kairos.adapters.sns import SnsPush, SnsSms
from kairos.service.ports import CircuitOpen, InDoubt, NotTaken, Outgoing, Refused
from tests.simulation.aws.faults import Entry, Fault, Faults
from tests.simulation.aws.objects import Objects
from tests.simulation.aws.providers import Pinpoint, Provider, Ses, SmsVoice, Sns
from tests.simulation.aws.streams import Bus, Firehose

MESSAGE = Outgoing(
    message="m1", customer="anna", campaign="c", step="send", variant="a", channel="email",
    to={"email": "anna@shop.example", "phone": "+4915112345678", "token": "token-1", "platform": "fcm"},
    subject="Hello", text="Hello", html="<p>Hello</p>", transactional=False, expires=2_000_000,
)  # fmt: skip
ARN = "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/1"


class Told(Faults):
    """Does as it is told, once."""

    def __init__(self, fault: Fault | None = None, entry: Entry | None = None) -> None:
        self.fault, self.entry = fault, entry

    def call(self, service: str, operation: str, request: Any) -> Fault | None:
        fault, self.fault = self.fault, None
        return fault

    def entries(self, service: str, operation: str, count: int) -> Any:
        entry, self.entry = self.entry, None
        return {0: entry} if entry else {}


def _email(client: Any) -> Any:
    return SesEmail(
        lambda: client, sender="Shop <shop@shop.example>", configuration_set="set", pace=lambda transactional: None
    )


CHANNELS: dict[str, tuple[Callable[[Faults], Provider], Callable[[Any], Any], Outgoing]] = {
    "ses": (Ses, _email, MESSAGE),
    "sns sms": (Sns, lambda client: SnsSms(lambda: client), MESSAGE),
    "sns push": (Sns, lambda client: SnsPush(lambda: client), replace(MESSAGE, to={"token": ARN})),
    "sms": (SmsVoice, lambda client: EndUserMessagingSms(lambda: client), MESSAGE),
    "push": (Pinpoint, lambda client: EndUserMessagingPush(lambda: client, application_id="app"), MESSAGE),
}


def send(channel: str, faults: Faults, **changes: Any) -> tuple[Provider, Callable[[], str]]:
    make, adapt, message = CHANNELS[channel]
    client = make(faults)
    return client, lambda: adapt(client).send(replace(message, **changes), 1_000_000)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_goes_out_under_an_id_with_its_tags(channel: str) -> None:
    client, work = send(channel, Told())
    assert work() == client.sent[0].id
    assert "m1" in client.sent[0].tags.values()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("applied", [True, False])
def test_of_a_lost_answer_nobody_knows_whether_the_message_went_out(channel: str, applied: bool) -> None:
    client, work = send(channel, Told(Fault("ReadTimeoutError", applied=applied)))
    with pytest.raises(InDoubt):
        work()
    assert len(client.sent) == applied


@pytest.mark.parametrize(
    ("channel", "fault", "error"),
    [
        ("ses", Fault("TooManyRequestsException"), NotTaken),
        ("ses", Fault("EndpointConnectionError"), NotTaken),
        ("ses", Fault("SendingPausedException"), CircuitOpen),
        ("ses", Fault("MessageRejected"), Refused),
        ("ses", Fault("InternalServerError"), InDoubt),
        ("sns sms", Fault("ThrottledException"), NotTaken),
        ("sns sms", Fault("OptedOut"), Refused),
        ("sns push", Fault("EndpointDisabled"), Refused),
        ("sms", Fault("ConflictException", more={"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}), Refused),
        ("sms", Fault("ServiceQuotaExceededException"), CircuitOpen),
        ("push", Fault("TooManyRequestsException"), NotTaken),
    ],
)
def test_a_definite_answer_means_that_nothing_went_out(channel: str, fault: Fault, error: type[Exception]) -> None:
    client, work = send(channel, Told(fault))
    with pytest.raises(error):
        work()
    assert not client.sent


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (Entry("THROTTLED"), NotTaken),
        (Entry("OPT_OUT"), Refused),
        (Entry("PERMANENT_FAILURE", more={"StatusCode": 410}), Refused),
        (Entry("UNKNOWN_FAILURE"), InDoubt),
    ],
)
def test_a_push_service_refuses_although_the_call_went_well(entry: Entry, error: type[Exception]) -> None:
    client, work = send("push", Told(entry=entry))
    with pytest.raises(error):
        work()
    assert not client.sent


@pytest.mark.parametrize(
    ("channel", "changes"),
    [
        ("sns sms", {"to": {"phone": "no number"}}),
        ("sms", {"to": {"phone": "no number"}}),
        ("sms", {"text": "x" * 1601}),
        ("ses", {"html": "x" * 41_000_000}),
    ],
)
def test_what_no_provider_takes(channel: str, changes: Any) -> None:
    client, work = send(channel, Told(), **changes)
    with pytest.raises(Refused):
        work()
    assert not client.sent


def test_an_entry_on_the_bus_is_refused_although_the_call_went_well() -> None:
    bus: Any = Bus("kairos-bus", Told(entry=Entry("ThrottlingException")))
    port = EventBridgeBus(lambda: bus, "kairos-bus")
    with pytest.raises(NotTaken):
        port.put("message.sent", {"a": 1}, 0)
    assert not bus.taken
    port.put("message.sent", {"a": 1}, 0)
    assert [entry["DetailType"] for entry in bus.taken] == ["message.sent"]


def test_a_bus_that_is_not_there_and_an_event_too_large() -> None:
    bus: Any = Bus("kairos-bus", Told())
    with pytest.raises(CircuitOpen):
        EventBridgeBus(lambda: bus, "other").put("t", {}, 0)
    with pytest.raises(Refused):
        EventBridgeBus(lambda: bus, "kairos-bus").put("t", {"a": "x" * 256 * 1024}, 0)
    assert not bus.taken


def test_the_archive_holds_every_line_though_a_record_is_refused_first() -> None:
    stream: Any = Firehose("archive", Told(entry=Entry("ServiceUnavailableException")), Objects("archive", Faults()))
    lines = [{"n": n, "body": "x" * 600_000} for n in range(3)]
    FirehoseArchive(stream, "archive", sleep=lambda _: None).put(lines)
    assert sorted(line["n"] for line in stream.lines) == [0, 1, 2]


def test_the_archive_holds_a_line_twice_after_a_lost_answer() -> None:
    stream: Any = Firehose("archive", Told(Fault("ReadTimeoutError", applied=True)), Objects("archive", Faults()))
    archive = FirehoseArchive(stream, "archive", sleep=lambda _: None)
    with pytest.raises(Exception, match="ReadTimeoutError"):
        archive.put([{"n": 1}])
    archive.put([{"n": 1}])
    assert [line["n"] for line in stream.lines] == [1, 1]
