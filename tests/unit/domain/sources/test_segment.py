"""The Segment protocol: who, what, and when by our clock."""

import pytest

from kairos.adapters.contracts import SchemaContracts
from kairos.catalog.contracts import read_contracts
from kairos.domain.contracts import contracts
from kairos.domain.events import Ref
from kairos.domain.sources import segment, traits
from kairos.domain.sources.parts import BadEvent
from tests.unit.domain.sources.spoken import EXAMPLES, NOW, ROOT, SEGMENT, example


def said(type="identify", trusted=True, **body):
    return SEGMENT({"type": type, **body}, received=NOW, new_id=lambda: "made", trusted=trusted)


def test_traits_are_declared_addresses_are_addresses_and_what_a_campaign_calls_otherwise_is_renamed():
    event = said(
        userId="anna", anonymousId="d1", messageId="m1",
        traits={"email": "a@shop.example", "phone": None, "plan": "plus", "firstName": "Anna", "address": {"country": "DK"}},
        context={"traits": {"plan": "old", "age": 40}},
    )  # fmt: skip
    assert (event.id, event.type, event.customer) == ("m1", "identify", Ref(id="anna", anonymous_id="d1"))
    declared = {"plan": "plus", "age": 40, "first_name": "Anna", "address": {"country": "DK"}, "country": "DK"}
    assert event.attributes == {"declared": declared}
    assert event.addresses == {"email": "a@shop.example", "phone": None}


def test_a_browser_declares_traits_and_no_addresses():
    event = said(
        trusted=False, userId="anna", traits={"email": "a@shop.example", "phone": "+4520123456", "plan": "plus"}
    )
    assert (event.attributes, event.addresses) == ({"declared": {"plan": "plus"}}, {})


@pytest.mark.parametrize(
    ("why", "times", "ago"),
    [
        ("nothing said: now", {}, 0),
        ("a clock that is right", {"timestamp": "2026-06-01T08:59:00Z"}, 60_000),
        ("a clock an hour fast", {"timestamp": "2026-06-01T09:59:00Z", "sentAt": "2026-06-01T10:00:00Z"}, 60_000),
        ("a clock a day slow", {"originalTimestamp": "2026-05-31T08:59:30Z", "sentAt": "2026-05-31T09:00:00Z"}, 30_000),
        ("the caller's own time goes first", {"timestamp": "2026-06-01T08:00:00Z", "originalTimestamp": "2026-06-01T09:00:00Z"}, 3_600_000),
        ("a null is not said", {"timestamp": None, "originalTimestamp": "2026-06-01T08:59:00+00:00", "sentAt": None}, 60_000),
        ("nanoseconds", {"timestamp": "2026-06-01T08:59:59.999999999Z"}, 0),
        ("the future is not believed", {"timestamp": "2026-06-02T09:00:00Z"}, 0),
        (
            "what came through Segment is corrected already",
            {"timestamp": "2026-06-01T08:00:00Z", "sentAt": "2026-06-01T07:00:00Z", "receivedAt": "2026-06-01T08:00:01Z"},
            3_600_000,
        ),
    ],
)  # fmt: skip
def test_the_moment_is_corrected_by_when_it_was_sent(why, times, ago):
    assert 0 <= NOW - said(userId="anna", **times).time - ago <= 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "userId"),
        ({"userId": ""}, "userId"),
        ({"userId": None, "anonymousId": None}, "userId"),
        ({"userId": "a", "traits": []}, "traits"),
        ({"userId": "a", "traits": {"email": "nobody"}}, "traits.email"),
        ({"userId": "a", "context": 7}, "context"),
        ({"userId": "a", "context": {"device": {"type": "ios", "token": 7}}}, "context.device.token"),
        ({"userId": "a", "timestamp": "soon"}, "timestamp"),
        ({"userId": "a", "timestamp": "2026-06-01T09:00:00Z", "sentAt": 7}, "sentAt"),
        ({"type": "delete", "userId": "a"}, "type"),
        ({"type": "track", "userId": "a"}, "event"),
        ({"type": "track", "userId": "a", "event": "message.sent"}, "event"),
        ({"type": "track", "userId": "a", "event": "x", "properties": []}, "properties"),
        ({"type": "group", "userId": "a"}, "groupId"),
        ({"type": "alias", "userId": "a"}, "previousId"),
        ({"type": "alias", "previousId": "a"}, "userId"),
    ],
)
def test_a_wrong_one_is_refused_by_its_field(body, field):
    with pytest.raises(BadEvent) as refused:
        said(**body)
    assert refused.value.field == field


def test_numbers_are_ids_and_an_empty_id_is_none():
    assert said(userId=7, anonymousId="", messageId="").customer == Ref(id="7")
    assert said("track", anonymousId="d1", userId=None, event="x").customer == Ref(anonymous_id="d1")


def test_pages_and_screens_keep_their_name_and_category_with_what_else_is_said():
    page = said("page", userId="a", name="Home", category="toys", properties={"url": "https://shop.example"})
    screen = said("screen", userId="a", name="Cart", properties={"name": "Basket"})
    assert (page.type, page.properties) == (
        "page.viewed", {"name": "Home", "category": "toys", "url": "https://shop.example"},
    )  # fmt: skip
    assert (screen.type, screen.properties) == ("screen.viewed", {"name": "Basket"})


def test_a_group_is_an_attribute_of_its_member():
    event = said("group", userId="a", groupId="g1", traits={"name": "Initech", "employees": 329})
    assert (event.type, event.properties) == ("group", {"group_id": "g1"})
    group = {"id": "g1", "name": "Initech", "employees": 329}
    assert event.attributes == {"declared": {"group": group, "company": "Initech", "employees": 329}}


def test_an_alias_names_two_ids_and_a_browser_s_only_a_device():
    assert said("alias", userId="a", previousId="b").customer == Ref(id="a", previous_id="b")
    assert said("alias", trusted=False, userId="a", previousId="b").customer == Ref(id="a", anonymous_id="b")


def test_only_a_trusted_sender_speaks_of_addresses():
    body = {
        "userId": "a", "traits": {"email": "a@shop.example", "plan": "plus"},
        "context": {"device": {"type": "Android", "token": "t1"}},
    }  # fmt: skip
    push = [{"token": "t1", "platform": "fcm"}]
    assert said(**body).addresses == {"email": "a@shop.example", "push": push}
    assert (said(**body, trusted=False).addresses, said(**body, trusted=False).attributes) == (
        {}, {"declared": {"plan": "plus"}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("1990-02-28", None, "1990-02-28"),
        ("1990-02-28T00:00:00.000Z", "America/New_York", "1990-02-28"),  # new Date("1990-02-28")
        ("1990-02-27T23:00:00.000Z", "Europe/Berlin", "1990-02-28"),  # new Date(1990, 1, 28) there
        ("1990-02-28T05:00:00.000Z", "America/New_York", "1990-02-28"),
        ("1990-02-28T00:00:00+01:00", None, "1990-02-28"),
        ("1990-02-28T00:00:00", "Europe/Berlin", "1990-02-28"),  # datetime.isoformat()
        ("1990-02-28T12:00:00Z", "Nowhere/Land", "1990-02-28"),
        ("some day", None, "some day"),
        # there is no day before it, or after it: fuzzed payload 39042
        ("0001-01-01T05:00:00Z", "America/Los_Angeles", "0001-01-01T05:00:00Z"),
        ("9999-12-31T22:00:00Z", "Pacific/Auckland", "9999-12-31T22:00:00Z"),
    ],
)
def test_a_birthday_is_a_day_however_it_was_written(text, zone, day):
    assert traits.day(text, zone) == day


def test_a_batch_shares_its_context_and_when_it_was_sent():
    batch = {
        "sentAt": "2026-06-01T10:00:00Z", "context": {"ip": "192.0.2.7", "locale": "da"},
        "batch": [{"type": "track", "context": {"locale": "en"}}, {"type": "page", "sentAt": "2026-06-01T11:00:00Z"}, 5],
    }  # fmt: skip
    track, page, five = segment.messages("batch", batch)
    assert (track["context"], track["sentAt"]) == ({"ip": "192.0.2.7", "locale": "en"}, "2026-06-01T10:00:00Z")
    assert (page["context"], page["sentAt"], five) == (batch["context"], "2026-06-01T11:00:00Z", 5)


@pytest.mark.parametrize("body", [[], "x", {"batch": {}}, {}, {"batch": [], "context": 5}])
def test_what_is_no_batch_is_refused(body):
    with pytest.raises(BadEvent):
        segment.messages("batch", body)


REFUSED = {
    "common_03_Integrations.json": "type",
    **{f"email_0{n}_{name}.json": "type" for n, name in enumerate(
        ("Email_Bounced", "Email_Delivered", "Email_Link_Clicked", "Email_Marked_as_Spam", "Email_Opened", "Unsubscribed"), 1)},
}  # fmt: skip
"""What the specification shows of other shapes than a library sends."""


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.json")))
def test_every_example_of_the_specification_is_understood_or_refused_by_name(name):
    message = example(name)
    if name in REFUSED:
        with pytest.raises(BadEvent) as refused:
            SEGMENT(message, received=NOW, new_id=lambda: "made", trusted=True)
        assert refused.value.field == REFUSED[name]
        return
    event = SEGMENT(message, received=NOW, new_id=lambda: "made", trusted=True)
    assert event.customer is not None and event.time <= NOW
    if message["type"] != "track":
        assert event.type == {"page": "page.viewed", "screen": "screen.viewed"}.get(message["type"], message["type"])


LACKING = {"ecommerce_v2_25_Product_Reviewed.json": "properties.order_id"}
"""What the specification's examples do not say and a contract asks for."""


def test_what_the_specification_shows_is_as_the_shipped_contracts_have_it():
    kept = SchemaContracts(contracts(read_contracts(ROOT / "events").schemas))
    breaches = {}
    for path in sorted(EXAMPLES.glob("*.json")):
        if path.name not in REFUSED:
            event = SEGMENT(example(path.name), received=NOW, new_id=lambda: "made", trusted=True)
            if breach := kept.breach(event):
                breaches[path.name] = breach.field
    assert breaches == LACKING


def test_a_phone_number_without_its_country_is_an_attribute_and_no_address():
    for typed in ("410-555-9412", "20 12 34 56"):
        event = said(userId="anna", traits={"phone": typed, "email": "a@shop.example"})
        assert (event.addresses, event.attributes["declared"]["phone"]) == ({"email": "a@shop.example"}, typed)
    event = said(userId="anna", traits={"phone": "+45 20 12 34 56"})
    assert (event.addresses, "phone" in event.attributes.get("declared", {})) == ({"phone": "+4520123456"}, False)
