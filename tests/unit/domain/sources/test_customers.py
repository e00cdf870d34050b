"""What a shop's own systems say of customers: as a page of an import, and within the policy."""

import pytest

from kairos.domain.events import AHEAD, Consent, Ref, Wake
from kairos.domain.sources import customers, queued
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment

NOW = 1_795_424_400_000  # 2026-11-23T09:00:00Z
ROW = {"id": "import:f:2", "customer": "ada"}


def page(*rows, **more):
    return queued.read({"kairos": "customers", "customers": list(rows), **more}, NOW, Segment())


def test_a_page_says_of_each_what_a_put_would():
    [ada, bo] = page(
        {
            **ROW, "time": "2026-11-01", "attributes": {"tier": "gold"}, "addresses": {"phone": "+45 20123456"},
            "consents": [{"topic": "news", "channel": "email", "state": "granted"}],
        },
        {"id": "import:f:3", "customer": {"email": "bo@shop.example"}},
    )  # fmt: skip
    spoken = NOW - 22 * 86_400_000 - 9 * 3_600_000
    assert (ada.id, ada.type, ada.own, ada.source, ada.quiet) == (
        "import:f:2",
        "kairos.customer",
        True,
        "import",
        False,
    )
    assert (ada.time, ada.received, ada.customer) == (spoken, NOW, Ref(id="ada"))
    assert (ada.attributes, ada.addresses) == ({"backend": {"tier": "gold"}}, {"phone": "+4520123456"})
    assert ada.consents == (Consent("news", "email", "granted", spoken),)
    assert (bo.customer, bo.addresses, bo.time) == (Ref(email="bo@shop.example"), {"email": "bo@shop.example"}, NOW)


def test_a_page_can_be_quiet_and_is_not_ahead_of_its_receipt():
    [ada] = page({**ROW, "time": "2030-01-01"}, quiet=True)
    assert (ada.quiet, ada.time) == (True, NOW)
    assert NOW + AHEAD < 1_893_456_000_000


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"customer": "ada"}, "customers.0.id"),
        ({"id": "1"}, "customers.0.customer"),
        ({**ROW, "time": "soon"}, "customers.0.time"),
        ({**ROW, "tier": "gold"}, "tier"),
        ("ada", "customers.0"),
    ],
)
def test_a_page_that_is_none_is_rejected_by_its_field(row, field):
    with pytest.raises(BadEvent) as refused:
        page(row)
    assert refused.value.field == field
    with pytest.raises(BadEvent, match="must be a list"):
        queued.read({"kairos": "customers"}, NOW, Segment())
    assert queued.read({"kairos": "wake", "customer": "ada"}, NOW, Segment()) == (Wake("ada"),)


@pytest.mark.parametrize(
    ("topic", "channel", "said"),
    [
        ("offers", "email", ""),
        ("offer", "email", "consents.0.topic: must be one of news, offers; did you mean offers?"),
        ("zzz", "email", "consents.0.topic: must be one of news, offers"),
        ("news", "e-mail", "consents.0.channel: must be one of email, push, sms, whatsapp; did you mean email?"),
    ],
)
def test_a_word_is_of_a_topic_of_the_policy_and_of_a_channel(topic, channel, said):
    found = ""
    try:
        customers.of_policy([Consent(topic, channel, "granted", NOW)], {"offers": {}, "news": {}})
    except BadEvent as refused:
        found = str(refused)
    assert found == said
