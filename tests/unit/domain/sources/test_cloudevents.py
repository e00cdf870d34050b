"""CloudEvents 1.0: in every mode, with every kind of JSON, refused by the attribute that is wrong."""

from base64 import b64encode

import pytest

from kairos.domain.events import Ref
from kairos.domain.sources import cloudevents
from kairos.domain.sources.parts import BadEvent

NOW = 1_795_424_400_000  # 2026-11-23T09:00:00Z


def cloud_event(**more):
    return {"specversion": "1.0", "id": "42", "source": "/web", "type": "product.viewed"} | more


@pytest.mark.parametrize(
    ("body", "customer", "properties"),
    [
        (cloud_event(subject="ada", data={"category": "toys"}), Ref(id="ada"), {"category": "toys"}),
        (cloud_event(data={"customer": "ada", "properties": {"a": 1}}), Ref(id="ada"), {"a": 1}),
        (cloud_event(data={"customer": "ada", "category": "toys"}), Ref(id="ada"), {"category": "toys"}),
        (cloud_event(data={"customer": {"id": "ada"}, "total": 5}), Ref(id="ada"), {"total": 5}),
        (cloud_event(data={"customer": {"id": "ada"}, "context": {"locale": "da"}}), Ref(id="ada"), {}),
        (cloud_event(), None, {}),
    ],
)
def test_a_cloudevent_is_known_by_source_and_id(body, customer, properties):
    event = cloudevents.normalise(body, received=NOW, new_id=lambda: "no", trusted=True)
    assert (event.id, event.source, event.customer) == ("/web 42", "/web", customer)
    assert event.properties == properties


def test_a_binary_cloudevent_has_its_attributes_in_headers():
    headers = {"CE-SpecVersion": "1.0", "ce-id": "42", "ce-source": "/web", "ce-type": "product.viewed"}
    assert cloudevents.of_headers(headers, {"a": 1}) == cloud_event(data={"a": 1})
    assert cloudevents.of_headers({"content-type": "application/json"}, {}) is None


def encoded(data):
    return {"data": None, "data_base64": b64encode(data).decode()}


def test_data_may_be_json_in_base64():
    event = cloudevents.normalise(
        cloud_event(**encoded(b'{"x": 1}')), received=NOW, new_id=lambda: "", trusted=True
    )  # fmt: skip
    assert event.properties == {"x": 1}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"data": [1]}, "data"),
        ({"data": "<a/>", "datacontenttype": "text/xml"}, "datacontenttype"),
        ({"data": {"x": 1}, "datacontenttype": "application/xml"}, "datacontenttype"),
        (encoded(b"[1]"), "data_base64"),
        (encoded(b"\xff"), "data_base64"),
        (encoded(b'{"x": NaN}'), "data_base64.x"),
        (encoded(b'{"x": 1e999}'), "data_base64.x"),
        (encoded(b'{"x": "\\ud800"}'), "data_base64.x"),
        (encoded(b'{"x": 1, "x": 2}'), "data_base64.x"),
        (encoded(b"[" * 100_000), "data_base64"),
        (encoded(b"{}") | {"data": {}}, "data_base64"),
        ({"data": None, "data_base64": "!"}, "data_base64"),
        ({"data": None, "data_base64": 5}, "data_base64"),
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"source": None}, "source"),
    ],
)
def test_a_wrong_cloudevent_is_refused_by_its_field(more, field):
    with pytest.raises(BadEvent) as refused:
        cloudevents.normalise(cloud_event(**more), received=NOW, new_id=lambda: "", trusted=True)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.shop.v1+json", "text/json", ""]
)
def test_data_of_any_kind_of_json_is_taken(kind):
    event = cloudevents.normalise(
        cloud_event(data={"x": 1}, datacontenttype=kind), received=NOW, new_id=lambda: "", trusted=True
    )  # fmt: skip
    assert event.properties == {"x": 1}
