"""events/mapping/segment.yaml: what is wrong with it is said by line and key."""

import pytest

from kairos.catalog import shops
from kairos.catalog.mapping import FILE, compile_mapping, read_mapping
from kairos.catalog.problems import InvalidEvents


def written(folder, text):
    (folder / FILE).parent.mkdir(parents=True)
    (folder / FILE).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "events: {Order Completed: {typ: order.placed}}",
            "segment.yaml:1:28: events.Order Completed.typ: unknown key",
        ),
        ("events: {Letter Sent: message.sent}", "events.Letter Sent: 'message.sent', expected a type that others"),
        ("events: {A: x, a: y}", "segment.yaml:1:19: events.a: the same as 'A', expected each name once, in any case"),
        (
            "event: {}",
            "event: unknown key, expected product, item, order, numbers, traits, group, events (did you mean 'events'?)",
        ),
        ("traits: {first_name: []}", "traits.first_name: "),
        ("events: {A: {type: x, set: {y: [1]}}}", "set.y"),
        ("events: {A: {type: x}, A: {type: y}}", "repeated key"),
        ("", "an empty file"),
    ],
)
def test_a_wrong_file_is_refused_by_its_place(tmp_path, text, problem):
    with pytest.raises(InvalidEvents) as refused:
        compile_mapping(written(tmp_path, text))
    assert problem in str(refused.value)


def test_a_missing_file_is_a_problem_too(tmp_path):
    assert "cannot be read" in str(read_mapping(tmp_path).problems[0])


def test_a_shop_s_own_names_are_a_few_lines(tmp_path):
    text = "events: {Kurv ændret: {type: cart.updated, properties: {cart_id: kurv, total: i.alt}, items: varer, set: {shop: dk}}}"
    assert compile_mapping(written(tmp_path, text))["events"] == {
        "Kurv ændret": {
            "type": "cart.updated", "properties": {"cart_id": ["kurv"], "total": ["i.alt"]}, "items": ["varer"],
            "set": {"shop": "dk"},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("consent: {email: [oferts]}", "shopify.yaml:1:19: consent.email[0]: unknown topic 'oferts', expected one of news, offers"),
        ("consent: {push: [offers]}", "consent.push: unknown key, expected email, sms"),
        ("consents: {}", "consents: unknown key, expected consent (did you mean 'consent'?)"),
        ("consent: {email: offers}", "consent.email"),
        ("", "an empty file"),
    ],
)  # fmt: skip
def test_what_a_shop_s_consent_means_is_of_topics_that_there_are(tmp_path, text, problem):
    (tmp_path / shops.FILE).parent.mkdir(parents=True)
    (tmp_path / shops.FILE).write_text(text)
    found, problems = shops.read_shopify(tmp_path, ["offers", "news"])
    assert problem in "\n".join(map(str, problems))
    assert found == {}


def test_a_shop_without_shopify_needs_no_file(tmp_path):
    assert shops.read_shopify(tmp_path, ["offers"]) == ({}, [])
