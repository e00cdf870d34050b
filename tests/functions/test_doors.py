"""Every door with its sample event, as the template wires it, on the embedded AWS."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from kairos.catalog.api.document import document
from kairos.catalog.contracts import read_contracts

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "events"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


@pytest.fixture
def invoke(whole):
    def call(function, event):
        name = "".join(word.capitalize() for word in function.split("_"))
        return whole.lambdas.invoke(f"{name}Function", event)

    return call


def test_ingest_takes_the_good_event_and_names_the_bad_one(invoke):
    answer = invoke("ingest", sample("ingest"))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["accepted"]) == (202, 1)
    assert body["rejected"] == [
        {"index": 1, "code": "reserved_type", "message": "is a type that only Kairos makes", "field": "type"}
    ]


def test_ingest_takes_a_batch_of_segment_and_says_which_message_is_none(invoke):
    answer = invoke("ingest", sample("ingest-segment"))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["success"]) == (200, True)
    assert [(one["index"], one["code"], one["field"]) for one in body["rejected"]] == [(2, "reserved_type", "event")]


def test_ingest_takes_what_shopify_has_signed_and_nothing_else(invoke):
    event = sample("ingest-shopify")
    assert invoke("ingest", event)["statusCode"] == 200
    encoded = {"body": b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert invoke("ingest", event | encoded)["statusCode"] == 200
    assert invoke("ingest", event | {"body": event["body"] + " "})["statusCode"] == 401


def test_a_body_may_come_in_base64(invoke):
    event = sample("ingest")
    event |= {"body": b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert invoke("ingest", event)["statusCode"] == 202


def test_without_a_key_the_answer_is_a_problem(invoke):
    event = sample("ingest")
    del event["headers"]["x-api-key"]
    answer = invoke("ingest", event)
    assert answer["statusCode"] == 401
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["code"] == "unauthorized"


def test_the_contract_is_told_to_whoever_asks(whole):
    answer = whole.request("GET", "/openapi.json", key="nobody")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == json.loads(json.dumps(document(read_contracts(ROOT / "events").schemas)))


def test_the_same_idempotency_key_is_worked_off_once(invoke, whole):
    event = sample("ingest") | {"body": json.dumps({"type": "page.viewed", "customer": "ada"})}
    event["headers"]["idempotency-key"] = "once"
    first, second = invoke("ingest", event), invoke("ingest", event)
    assert (first["statusCode"], first["body"]) == (202, second["body"])
    reused = invoke("ingest", event | {"body": json.dumps({"type": "page.viewed", "customer": "eve"})})
    assert reused["statusCode"] == 422


def test_a_customer_is_put_and_read(invoke):
    event = sample("customers")
    put = invoke("customers", event)
    assert (put["statusCode"], json.loads(put["body"])["addresses"]) == (200, {"email": "ada@shop.example"})
    http = event["requestContext"]["http"] | {"method": "GET"}
    get = event | {"routeKey": "GET /v1/customers/{id}", "requestContext": event["requestContext"] | {"http": http}}
    assert json.loads(invoke("customers", get)["body"])["attributes"]["backend"]["country"] == "DK"


@pytest.mark.parametrize("name", ["evaluate", "evaluate-feedback", "evaluate-text"])
def test_evaluate_works_off_its_batches(invoke, name):
    assert invoke("evaluate", sample(name)) == {"batchItemFailures": []}


def test_evaluate_puts_aside_what_it_does_not_understand(invoke):
    event = sample("evaluate")
    event["Records"][0]["body"] = "{"
    assert invoke("evaluate", event) == {"batchItemFailures": []}


def test_deliver_is_not_troubled_by_a_message_that_is_gone(invoke):
    assert invoke("deliver", sample("deliver")) == {"batchItemFailures": []}


def test_sweep_finds_nothing_due_in_an_empty_table(invoke):
    assert invoke("sweep", sample("sweep")) == {"wakes": 0, "messages": 0, "fan_outs": 0, "occurrences": 0}


def test_fan_out_is_not_troubled_by_one_that_is_finished(invoke):
    assert invoke("fan_out", sample("fan_out")) == {"batchItemFailures": []}


def test_erase_is_not_troubled_by_one_that_is_finished(invoke):
    assert invoke("erase", sample("erase")) == {"batchItemFailures": []}


def test_a_customer_s_id_may_have_any_letters(invoke):
    """API Gateway decodes a path once; a slash comes encoded twice."""
    for told, who in {
        "a#b": "a#b",
        "50%25 off": "50% off",
        "æble 🍏": "æble 🍏",
        "what?": "what?",
        "a%2Fb": "a/b",
    }.items():
        event = sample("customers") | {"rawPath": f"/v1/customers/{told}", "pathParameters": {"id": told}}
        answer = invoke("customers", event)
        assert (answer["statusCode"], json.loads(answer["body"])["id"]) == (200, who)
