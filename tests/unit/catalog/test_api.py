"""`/openapi.json`: valid, complete, and in agreement with the code that reads the requests."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from kairos.catalog.api.document import DIALECT, document
from kairos.catalog.contracts import read_contracts
from kairos.domain.contracts import MODE
from kairos.domain.sources import cloudevents, own
from kairos.domain.sources.customers import told
from kairos.domain.sources.parts import BadEvent

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "events").schemas
DOCUMENT = document(CONTRACTS)


def validator(model: str, of: Any = DOCUMENT) -> jsonschema_rs.Validator:
    """What the document says of a body."""
    schema = {"$schema": DIALECT, "$ref": f"#/components/schemas/{model}", "components": of["components"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)


EVENT, CLOUD, CHANGE = validator("Event"), validator("CloudEvent"), validator("CustomerChange")
MISSING = "missing"


def body(**pools: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies whose fields are of these values, right and wrong; a field may be missing."""
    drawn = st.fixed_dictionaries({name: st.sampled_from([MISSING, *pool]) for name, pool in pools.items()})
    return drawn.map(lambda found: {name: value for name, value in found.items() if value is not MISSING})


TEXTS: list[Any] = [None, "a.b", "", "  ", "x" * 256, "x" * 257, "a\nb", "\x7f", "é \u2003", 5, [], {}, True]
IDS: list[Any] = [None, "e-1", "", "x" * 512, "x" * 513, 7, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, True, 1.5, []]
TIMES: list[Any] = [None, "2026-11-28T10:00:00Z", "2026-11-28T10:00:00.123+01:00", "yesterday", "", 5]
OBJECTS: list[Any] = [None, {}, {"a": {"b": [1, None]}}, [], "x", 5]
WORD: dict[str, Any] = {"topic": "offers", "channel": "email", "state": "granted"}
CONSENTS: list[Any] = [
    None, [], [WORD], [WORD | {"time": TIMES[1], "source": "form", "wording": "w" * 4096, "proof": "p" * 1024, "more": 1}],
    {}, "x", [5], [{"topic": "offers"}], [WORD | {"state": "yes"}], [WORD | {"topic": ""}], [WORD | {"time": "soon"}],
    [WORD | {"wording": "w" * 4097}], [WORD | {"proof": 5}], [WORD | {"source": None}],
]  # fmt: skip
CUSTOMERS: list[Any] = [
    None, "ada", "", "x" * 257, "x" * 513, {}, {"id": "ada"}, {"id": 5}, {"id": None}, {"id": None, "phone": "+45"}, {"id": True},
    {"email": "a@b.example"}, {"email": "nobody"}, {"email": "a b@c.example"}, {"anonymous_id": "d", "more": 1}, {"phone": 5}, 5, [],
]  # fmt: skip
EVENTS = body(
    type=["a.b", "cart.updated", "message.sent", *TEXTS], id=IDS, time=TIMES, source=TEXTS, customer=CUSTOMERS,
    properties=OBJECTS, context=OBJECTS, consents=CONSENTS, more=[1],
)  # fmt: skip


def taken(read, *arguments: Any, **more: Any) -> bool:
    try:
        read(*arguments, **more)
    except BadEvent:
        return False
    return True


@settings(max_examples=500)
@given(EVENTS)
def test_what_is_said_of_an_event_is_what_is_taken(event):
    assert EVENT.is_valid(event) == taken(own.normalise, event, received=0, new_id=str, trusted=True)


@pytest.mark.parametrize("value", TEXTS)
@pytest.mark.parametrize("field", ["type", "source", "customer", "id"])
def test_each_text_field_alone(field, value):
    event = {"type": "a.b", field: value}
    assert EVENT.is_valid(event) == taken(own.normalise, event, received=0, new_id=str, trusted=True)


@settings(max_examples=300)
@given(
    body(
        specversion=["1.0", "1.0", "0.3", 1], id=["1", "", 5, "x" * 255], source=["/web", "", None, "x" * 256, "x" * 257], type=["a.b", "message.sent", ""],
        time=TIMES, subject=[None, "ada", 5], data=[None, {}, {"total": 5}, {"properties": {"a": 1}}, [], "x"],
    )
)  # fmt: skip
@example({"specversion": "1.0", "id": "1", "source": "/web", "type": "a.b", "data": {"customer": "ada"}})
def test_what_is_said_of_a_cloud_event_is_what_is_taken(event):
    read = taken(cloudevents.normalise, event, received=0, new_id=str, trusted=True)
    assert CLOUD.is_valid(event) == read or (read and not isinstance(event.get("subject"), str | None)), (
        "a subject that is no text is nobody"
    )


PUSH = {"token": "t", "platform": "fcm"}


@settings(max_examples=300)
@given(
    body(
        attributes=OBJECTS, consents=CONSENTS, more=[1],
        addresses=[
            None, {}, {"email": "a@b.example"}, {"email": "nobody"}, {"email": None, "phone": "+45"}, {"fax": "1"}, {"phone": ""},
            {"push": None}, {"push": [PUSH]}, {"push": [PUSH | {"platform": "pigeon"}]}, {"push": [{"platform": "sns"}]},
            {"push": [PUSH | {"arn": "arn:aws:sns"}]}, {"push": {}}, {"whatsapp": "+45"}, [], "x",
        ],
    )
)  # fmt: skip
def test_what_is_said_of_a_change_is_what_is_taken(change):
    assert CHANGE.is_valid(change) == taken(told, "ada", change, 0, 0, "id")


def test_it_is_valid_openapi():
    validate(DOCUMENT)
    validate(document({}))


def test_it_has_the_contracts_and_holds_events_against_those_that_reject():
    refers = {"properties": {"at": {"$ref": "#/$defs/place"}}, "$defs": {"place": {"type": "string", "enum": ["here"]}}}
    of = document(
        {"parcel.weighed": refers | {MODE: "reject"}, "parcel.lost": refers, "a b": refers, "old": {"$schema": "http://json-schema.org/draft-07/schema#"}}
    )  # fmt: skip
    validate(of)
    events = validator("Event", of)
    for kind, valid in (("parcel.weighed", False), ("parcel.lost", True), ("a b", True)):
        assert events.is_valid({"type": kind, "properties": {"at": "there"}}) == valid
    assert events.is_valid({"type": "parcel.weighed", "properties": {"at": "here"}})
    assert not validator("parcel.lost", of).is_valid({"at": "there"})
    assert of["x-contracts"] == {
        "parcel.weighed": {"mode": "reject", "$ref": "#/components/schemas/parcel.weighed"},
        "parcel.lost": {"mode": "warn", "$ref": "#/components/schemas/parcel.lost"},
        "a b": {"mode": "warn"}, "old": {"mode": "warn"},
    }  # fmt: skip


def test_every_shipped_contract_is_in_it():
    assert DOCUMENT["x-contracts"].keys() == CONTRACTS.keys()
    assert all("$ref" in each for each in DOCUMENT["x-contracts"].values())


def test_it_says_nothing_of_this_machine():
    text = json.dumps(DOCUMENT)
    assert str(ROOT) not in text and "127.0.0.1" not in text
