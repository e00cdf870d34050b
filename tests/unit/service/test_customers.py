"""One customer over HTTP."""

import json
from typing import Any

import pytest

from kairos.adapters import forms
from kairos.service.customers import Customers
from kairos.service.ports import TooLarge, Unavailable
from tests.fakes import keys_of
from tests.unit.domain.shop import CART, DAY, T0, campaign, catalog, event, started
from tests.unit.service.workers import Workers


class Items:
    """So many messages of a customer, each with such a text; or a table that does not answer."""

    def __init__(self, count=0, text="", *, answers=True):
        self.count, self.text, self.answers = count, text, answers

    def items(self, customer):
        if not self.answers:
            raise Unavailable("ProvisionedThroughputExceededException")
        return (("messages", {"text": self.text}) for _ in range(self.count))


ADMIN = {"x-api-key": "admin-key"}


def door(workers, definitions=None, items=None):
    keys = keys_of(workers.world.clock)
    world, known = workers.world, definitions or catalog(abandoned_cart=CART)
    return Customers(workers.customers, workers.evaluate, keys, known, world.clock, world.ids, forms, items or Items())


def put(workers, body, headers=ADMIN, who="ada"):
    what = door(workers).put(headers, who, json.dumps(body).encode())
    return what.status, json.loads(what.body)


def shop():
    return Workers(catalog(abandoned_cart=CART))


def test_what_is_put_can_be_read_at_once_and_null_takes_it_away():
    workers = shop()
    status, body = put(
        workers, {"attributes": {"country": "DK", "tier": "gold"}, "addresses": {"email": "a@shop.example"}}
    )
    assert (status, body["attributes"]["merged"]) == (200, {"country": "DK", "tier": "gold"})
    workers.world.now += 1
    put(workers, {"attributes": {"tier": None}, "addresses": {"email": None}})
    read = json.loads(door(workers).get(ADMIN, "ada").body)
    assert (read["attributes"]["backend"], read["addresses"]) == ({"country": "DK"}, {})


@pytest.mark.parametrize(
    ("who", "status"), [("x" * 512, 200), ("é" * 500, 200), ("x" * 513, 400), ("é" * 501, 400), (" ", 400)]
)
def test_whoever_an_event_may_name_can_be_told_of_and_forgotten(who: str, status: int) -> None:
    workers = shop()
    assert put(workers, {"attributes": {"country": "DK"}}, who=who)[0] == status
    assert door(workers).delete(ADMIN, who).status == (202 if status == 200 else 400)


def test_while_the_table_answers_nothing_the_sender_is_asked_to_come_again():
    workers = shop()
    put(workers, {"attributes": {"country": "DK"}})

    def throttled(ids, *, profiles=(), consistent=False):
        raise Unavailable("ProvisionedThroughputExceededException")

    workers.customers.read = throttled
    answers = [door(workers).put(ADMIN, "ada", b"{}"), door(workers).get(ADMIN, "ada")]
    assert [(answer.status, answer.headers["Retry-After"]) for answer in answers] == [(503, "1")] * 2


@pytest.mark.parametrize(
    ("items", "status"),
    [
        (Items(1_000, "e" * 5_000), 200),
        (Items(1_000, "e" * 6_000), 413),
        (Items(1_000, "è" * 3_100), 413),
        (Items(1_000, '"' * 2_100), 413),
        (Items(answers=False), 503),
    ],
    ids=["what fits", "too many letters", "too many bytes", "too much to be written as a text", "no answer"],
)
def test_an_export_is_answered_if_lambda_can_give_it_back(items, status):
    workers = shop()
    put(workers, {"attributes": {"country": "DK"}})
    answer = door(workers, items=items).export(ADMIN, "ada")
    assert answer.status == status
    assert len(json.dumps({"body": answer.body}, ensure_ascii=False).encode()) < 6 * 1024 * 1024


def test_a_customer_who_would_grow_beyond_an_item_is_refused_by_name():
    workers = shop()

    def too_large(before, after, effects, writer):
        raise TooLarge("would make the customer larger than 358,400 bytes")

    workers.customers.commit = too_large
    status, body = put(workers, {"attributes": {"country": "DK"}})
    assert (status, body["code"]) == (413, "too_large")
    assert body["message"].startswith("would make the customer larger than 358,400 bytes")


def test_consents_are_shown_with_their_time():
    _, body = put(shop(), {"consents": [{"topic": "offers", "channel": "email", "state": "granted"}]})
    assert body["consents"] == [
        {
            "topic": "offers", "channel": "email", "state": "granted", "proven": False,
            "time": "2026-06-01T09:00:00.000Z",
        }
    ]  # fmt: skip


def test_interest_score_grade_and_waiting_content_are_shown():
    dimension = {"path": "properties.category", "half_life": 14 * DAY, "events": {"page.viewed": 1}}
    viewed = {"event": ["page.viewed"], "match": None, "points": 5, "within": 7 * DAY, "at_most": 10}
    policy = {
        "interest": {"category": dimension},
        "scoring": [viewed],
        "grades": [{"grade": "A", "when": {"attributes": {"employees": [{"numeric": [">", 50]}]}}}],
    }
    show = {"id": "show-1", "do": "show", "slot": "home", "template": "hello", "for": DAY}
    known = catalog(policy, toys=campaign(started("page.viewed"), show))
    workers = Workers(known).hear(event("page.viewed", category="toys"), event("page.viewed", T0 - 1, category="toys"))
    door(workers, known).put(ADMIN, "anna", b'{"attributes": {"employees": 80}}')
    read = json.loads(door(workers, known).get(ADMIN, "anna").body)
    assert read["interest"] == {"category": {"toys": pytest.approx(2, abs=0.01)}}
    assert (read["score"], read["grade"]) == (10, "A")
    assert [(one["slot"], one["campaign"], one["until"]) for one in read["content"]] == [
        ("home", "toys", "2026-06-02T09:00:00.000Z")
    ]


def test_nobody_is_not_found():
    assert door(shop()).get(ADMIN, "nobody").status == 404


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"x-api-key": "write-key"}, 403)])
def test_it_takes_the_admin_key(headers, status):
    assert put(shop(), {}, headers)[0] == status
    assert door(shop()).get(headers, "ada").status == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], None),
        ({"attribute": {}}, "attribute"),
        ({"attributes": []}, "attributes"),
        ({"addresses": {"fax": "1"}}, "addresses.fax"),
        ({"addresses": {"email": "nobody"}}, "addresses.email"),
        ({"addresses": {"push": [{"token": "t", "platform": "pigeon"}]}}, "addresses.push.0.platform"),
        ({"consents": [{"topic": "offers", "channel": "email", "state": "yes"}]}, "consents.0.state"),
    ],
)
def test_a_wrong_body_is_a_problem_that_names_the_field(body, field):
    status, problem = put(shop(), body)
    assert (status, problem.get("field")) == (400, field)


def test_a_customer_in_conflict_is_asked_to_come_again():
    workers = shop()
    workers.customers.races = 10**6
    assert put(workers, {"attributes": {"a": 1}})[0] == 503


def test_of_two_values_put_at_one_instant_the_later_stands():
    workers = shop()
    one = door(workers)
    for country in ("SE", "DK"):
        one.put(ADMIN, "ada", json.dumps({"attributes": {"country": country}}).encode())
    assert json.loads(one.get(ADMIN, "ada").body)["attributes"]["merged"] == {"country": "DK"}


REFUSED: Any = (
    ({"addresses": {"phone": "+45 201"}}, "addresses.phone", "as long as its country has them"),
    ({"addresses": {"whatsapp": "20123456"}}, "addresses.whatsapp", "with its country"),
    ({"addresses": {"email": "a@b"}}, "addresses.email", "must be an e-mail address: the part after the @-sign"),
    ({"addresses": {"fax": "1"}}, "addresses.fax", "must be email, phone, whatsapp or push"),
    ({"addresses": {"push": [{"token": "t", "platform": "web"}]}}, "addresses.push.0.platform", "must be one of fcm"),
    ({"attributes": {"timezone": "Mars/Base"}}, "attributes.timezone", "such as Europe/Copenhagen"),
    ({"attributes": {"locale": "Danish!"}}, "attributes.locale", "such as da or en-GB"),
    ({"attributes": {"birthday": "31.05.1990"}}, "attributes.birthday", "such as 1990-05-31"),
    ({"attributes": {"birthday": 19900531}}, "attributes.birthday", "such as 1990-05-31"),
    ({"consents": [{"topic": "ofers", "channel": "email", "state": "granted"}]}, "consents.0.topic", "did you mean offers?"),
    ({"consents": [{"topic": "offers", "channel": "mail", "state": "granted"}]}, "consents.0.channel", "did you mean email?"),
    ({"consents": [{"topic": "offers", "channel": "email", "state": "yes"}]}, "consents.0.state", "granted or withdrawn"),
    ({"consents": [{"topic": "offers", "channel": "email", "state": "granted", "time": "May"}]}, "consents.0.time", "ISO"),
    ({"tags": ["vip"]}, "tags", "must be one of attributes, addresses, consents"),
    ({"attributes": []}, "attributes", "must be an object"),
)  # fmt: skip


@pytest.mark.parametrize(("body", "field", "said"), REFUSED)
def test_what_cannot_be_put_is_refused_by_its_field_and_changes_nothing(body, field, said):
    workers = shop()
    status, answer = put(workers, {"attributes": {"tier": "gold"}, **body})
    assert (status, answer["field"], said in answer["message"]) == (400, field, True), answer
    assert door(workers).get(ADMIN, "ada").status == 404


def test_addresses_and_days_are_kept_in_one_form():
    _, body = put(
        shop(),
        {
            "attributes": {"birthday": "1990-05-31T00:00:00Z", "timezone": None},
            "addresses": {"email": "Ada@SHOP.example", "phone": "0044 (0)20 7946 0958", "whatsapp": "+45 20 12 34 56"},
        },
    )
    assert body["attributes"]["backend"] == {"birthday": "1990-05-31"}
    assert body["addresses"] == {"email": "Ada@shop.example", "phone": "+442079460958", "whatsapp": "+4520123456"}
