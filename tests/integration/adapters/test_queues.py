"""Queues, bus and archive: what is taken, what is not, and who is told."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from kairos.adapters.archive import FirehoseArchive
from kairos.adapters.bus import EventBridgeBus
from kairos.adapters.queues import SqsQueues, batches
from kairos.service.ports import Archive, Bus, CircuitOpen, InDoubt, MessageRef, NotTaken, QueueRefused, Queues, Refused

NOW = 1_780_000_000_000
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/events"


@pytest.fixture
def url(aws, resources):
    visibility = resources["EventsQueue"]["Properties"]["VisibilityTimeout"]
    return aws.sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": str(visibility)})["QueueUrl"]


def received(aws, url):
    found = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    return found.get("Messages", [])


@pytest.mark.parametrize("put", ["put_events", "put_rejected"])
def test_bodies_arrive_as_json_and_are_counted(aws, url, put):
    queues: Queues = SqsQueues(aws.sqs, events=url, rejected=url)
    getattr(queues, put)([{"n": n, "name": "Åse"} for n in range(23)])
    assert queues.backlog() == 23
    assert json.loads(received(aws, url)[0]["Body"])["name"] == "Åse"


def test_a_message_is_grouped_by_its_customer_on_a_standard_queue(aws, url):
    refs = [
        MessageRef("anonymous:ø 1", "m1", "welcome", "e1"),
        MessageRef("anonymous:ø 1", "m2"),
        MessageRef("c", "m3"),
    ]
    SqsQueues(aws.sqs, send=url).put_messages(refs)
    found = {json.loads(m["Body"])["message"]: m for m in received(aws, url)}
    first = {"customer": "anonymous:ø 1", "message": "m1", "campaign": "welcome", "key": "e1"}
    assert json.loads(found["m1"]["Body"]) == first
    groups = [found[name]["Attributes"]["MessageGroupId"] for name in ("m1", "m2", "m3")]
    assert groups[0] == groups[1] != groups[2]


def test_nothing_is_asked_for_nothing(aws):
    with Stubber(aws.sqs):
        SqsQueues(aws.sqs, events=QUEUE).put_events([])


@pytest.mark.parametrize(
    ("sizes", "grouped"),
    [
        ([1] * 21, [list(range(10)), list(range(10, 20)), [20]]),
        ([600_000, 600_000, 400_000, 300_000], [[0], [1, 2], [3]]),
        ([1024 * 1024, 1], [[0], [1]]),
        ([], []),
    ],
)
def test_a_batch_holds_ten_and_a_mebibyte(sizes, grouped):
    assert list(batches(sizes)) == grouped


def failed(index: int, *, fault: bool) -> dict[str, object]:
    return {"Id": str(index), "SenderFault": fault, "Code": "x"}


def test_only_what_failed_is_tried_again(aws):
    stub = Stubber(aws.sqs)
    stub.add_response("send_message_batch", {"Successful": [], "Failed": [failed(1, fault=False)]})
    again = {"QueueUrl": QUEUE, "Entries": [{"Id": "1", "MessageBody": '{"n":1}'}]}
    stub.add_response("send_message_batch", {"Successful": [], "Failed": []}, again)
    with stub:
        SqsQueues(aws.sqs, events=QUEUE, sleep=lambda _: None).put_events([{"n": 0}, {"n": 1}])
    stub.assert_no_pending_responses()


def test_what_the_queue_refuses_is_named_by_its_place(aws):
    stub = Stubber(aws.sqs)
    stub.add_response(
        "send_message_batch", {"Successful": [], "Failed": [failed(0, fault=True), failed(2, fault=False)]}
    )
    stub.add_response("send_message_batch", {"Successful": [], "Failed": [failed(2, fault=False)]})
    stub.add_client_error("send_message_batch", "RequestThrottled")
    stub.add_response("send_message_batch", {"Successful": [], "Failed": []})
    with stub, pytest.raises(QueueRefused) as refused:
        SqsQueues(aws.sqs, events=QUEUE, sleep=lambda _: None).put_events([{"n": n} for n in range(11)])
    assert refused.value.indexes == (0, 2)
    stub.assert_no_pending_responses()


def test_who_waits_is_told_in_time_what_was_not_taken(aws):
    now = iter(range(100))  # a second with every look at the clock
    stub = Stubber(aws.sqs)
    stub.add_response("send_message_batch", {"Successful": [], "Failed": []})
    stub.add_client_error("send_message_batch", "ServiceUnavailable")
    queues = SqsQueues(aws.sqs, events=QUEUE, patience=3, sleep=lambda _: None, elapsed=lambda: next(now))
    with stub, pytest.raises(QueueRefused) as refused:
        queues.put_events([{"n": n} for n in range(35)])
    assert refused.value.indexes == tuple(range(10, 35)), "the second try of the second ten would be too late"
    stub.assert_no_pending_responses()


def test_no_character_holds_up_the_others(aws, url):
    told = {"text": "".join(map(chr, (*range(0xD800), *range(0xE000, 0x11000))))}
    SqsQueues(aws.sqs, events=url).put_events([told, {"n": 1}])
    bodies = [message["Body"] for message in received(aws, url)]
    assert told in [json.loads(body) for body in bodies]
    refused = [char for body in bodies for char in body if not (char in "\t\n\r" or " " <= char <= "\ufffd")]
    assert not [char for char in refused if char < "\U00010000"], "SQS takes no message with any of these"


def bus(aws) -> Bus:
    return EventBridgeBus(lambda: aws.events, "shop-bus")


def test_an_event_goes_out_under_source_kairos(aws):
    stub = Stubber(aws.events)
    entry = {
        "EventBusName": "shop-bus", "Source": "kairos", "DetailType": "coupon.issued",
        "Detail": '{"code":"A1"}', "Time": datetime.fromtimestamp(NOW / 1000, UTC),
    }  # fmt: skip
    stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [entry]})
    with stub:
        bus(aws).put("coupon.issued", {"code": "A1"}, NOW)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InternalException", NotTaken),
        ("InternalFailure", NotTaken),
        ("ThrottlingException", NotTaken),
        ("NotAuthorizedForSource", CircuitOpen),
        ("MalformedDetail", Refused),
        ("InvalidArgument", Refused),
        ("SomethingNew", Refused),
    ],
)
def test_an_entry_that_failed_on_http_200_did_not_go_out(aws, code, error):
    stub = Stubber(aws.events)
    stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]})
    with stub, pytest.raises(error) as told:
        bus(aws).put("x", {}, NOW)
    assert type(told.value) is error


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, NotTaken),
        ("ResourceNotFoundException", 400, CircuitOpen),
        ("ValidationException", 400, Refused),
        ("ServiceUnavailable", 503, InDoubt),
    ],
)
def test_a_call_that_failed_says_what_became_of_the_event(aws, code, status, error):
    stub = Stubber(aws.events)
    stub.add_client_error("put_events", code, http_status_code=status)
    with stub, pytest.raises(error) as told:
        bus(aws).put("x", {}, NOW)
    assert type(told.value) is error


def archive(aws, waits=None) -> Archive:
    return FirehoseArchive(aws.firehose, "stream", sleep=(waits if waits is not None else []).append)


def test_a_batch_is_one_record_of_lines(aws):
    stub = Stubber(aws.firehose)
    request = {"DeliveryStreamName": "stream", "Record": {"Data": b'{"n":1}\n{"n":2}\n'}}
    stub.add_response("put_record", {"RecordId": "1"}, request)
    with stub:
        archive(aws).put([{"n": 1}, {"n": 2}])


def test_no_lines_no_record(aws):
    with Stubber(aws.firehose):
        archive(aws).put([])


def test_more_than_a_record_holds_is_several_and_only_failed_ones_are_put_again(aws):
    lines = [{"n": n, "x": "x" * 600_000} for n in range(5)]
    stub = Stubber(aws.firehose)
    waits: list[float] = []
    done = {"RecordId": "1"}
    lost = {"ErrorCode": "ServiceUnavailableException"}
    stub.add_response("put_record_batch", {"FailedPutCount": 1, "RequestResponses": [done, lost, done, done]})
    again = {"DeliveryStreamName": "stream", "Records": [{"Data": ANY}]}
    stub.add_response("put_record_batch", {"FailedPutCount": 0, "RequestResponses": [done]}, again)
    stub.add_response("put_record_batch", {"FailedPutCount": 0, "RequestResponses": [done]}, again)
    with stub:
        archive(aws, waits).put(lines)
    assert len(waits) == 1
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (ConnectTimeoutError(endpoint_url=""), NotTaken),
        (ReadTimeoutError(endpoint_url=""), InDoubt),
    ],
)
def test_an_archive_out_of_reach_is_told_of(aws, failure, error):
    def fail(**_):
        raise failure

    aws.firehose.meta.events.register("before-call.firehose.PutRecord", fail)
    with pytest.raises(error):
        archive(aws).put([{"n": 1}])
