"""A line as a customer, and why it is none."""

import pytest

from local.importing.columns import BadColumns, columns, target
from local.importing.people import BadLine, Lines, Words
from local.importing.table import Row

TOPICS = ["offers", "news"]


def line(said, *, row=None, always=(), **options):
    """The customer of one line, written as header: cell."""
    header = list(said)
    lines = Lines(
        "file.csv", "f" * 64, header, columns(header, {}, TOPICS),
        always=[(target(name, TOPICS), value) for name, value in always], **options,
    )  # fmt: skip
    lines.check()
    found = lines(row or Row(7, list(said.values())))
    assert found.pop("id") == "import:ffffffffffffffff:7"
    return found


GIVEN = {"topic": "news", "channel": "email", "state": "granted", "time": "2025-01-01", "source": "import of file.csv"}
LINES = (
    ({"id": "a", "email": " A@Shop.Example"}, {"customer": "a", "addresses": {"email": "A@shop.example"}}),
    ({"email": "a@shop.example"}, {"customer": {"email": "a@shop.example"}, "addresses": {"email": "a@shop.example"}}),
    ({"id": "", "phone": "+45 20123456"}, {"customer": {"phone": "+4520123456"}, "addresses": {"phone": "+4520123456"}}),
    ({"id": "a", "tier": "", "city": "Ry"}, {"customer": "a", "attributes": {"city": "Ry"}}),
    ({"id": "a", "phone": "20 12 34 56", "country": "DK"},
     {"customer": "a", "attributes": {"country": "DK"}, "addresses": {"phone": "+4520123456"}}),
    ({"id": "a", "push.fcm": "t"}, {"customer": "a", "addresses": {"push": [{"token": "t", "platform": "fcm"}]}}),
    ({"id": "a", "attributes.n:number": "2"}, {"customer": "a", "attributes": {"n": 2}}),
    ({"id": "a", "consent.news.email": "Yes", "consent.time": "2025-01-01"}, {"customer": "a", "consents": [GIVEN]}),
    ({"id": "a", "consent.news.email": "no", "consent.time": ""},
     {"customer": "a", "consents": [{k: v for k, v in GIVEN.items() if k != "time"} | {"state": "withdrawn"}]}),
    ({"id": "a", "consent.news.email": "x", "consent.news.email.time": "2025-01-01", "consent.source": "a fair",
      "consent.wording": "Yes!", "consent.news.email.proof": "ip 1.2.3.4"},
     {"customer": "a", "consents": [GIVEN | {"source": "a fair", "wording": "Yes!", "proof": "ip 1.2.3.4"}]}),
)  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), LINES)
def test_a_line_is_a_customer(said, expected):
    assert line(said) == expected


def test_options_speak_where_the_line_does_not():
    assert line({"id": "a", "phone": "20 12 34 56"}, country="dk")["addresses"] == {"phone": "+4520123456"}
    assert line({"id": "a", "consent.news.email": "yes"}, as_of="2025-01-01") == {
        "customer": "a", "time": "2025-01-01", "consents": [{k: v for k, v in GIVEN.items() if k != "time"}],
    }  # fmt: skip
    assert line({"id": "a", "tier": ""}, always=[("attributes.tier", "new")])["attributes"] == {"tier": "new"}
    emptied = line({"id": "a", "tier": "", "email": "", "phone": "+4520123456"}, clear=True)
    assert emptied["attributes"] == {"tier": None}
    assert emptied["addresses"] == {"email": None, "phone": "+4520123456"}
    pending = {"id": "a", "consent.news.email": "Pending", "consent.time": ""}
    assert "consents" not in line(pending, words=Words(nothing=frozenset({"pending"})))


BAD = (
    ({"Kunde": "a", "id": "", "email": "", "phone": ""}, "", "names nobody"),
    ({"id": "a", "E-Mail": "a@b"}, "E-Mail", "must be an e-mail address: the part after the @-sign"),
    ({"id": "a", "mobile": "20 12 34 56"}, "mobile", "must be a phone number with its country"),
    ({"id": "a", "mobile": "+45 1"}, "mobile", "must be a phone number"),
    ({"id": "a", "mobile": "201", "Country": "UK"}, "mobile", "'UK' is no code of a country such as DK"),
    ({"id": "a", "attributes.n:number": "two"}, "attributes.n:number", "must be a number such as 12.5"),
    ({"id": "a", "consent.news.email": "perhaps", "time": "2025-01-01"}, "consent.news.email", "must be granted or"),
    ({"id": "a", "consent.news.email": "yes", "consent.time": ""}, "consent.news.email", "must say when it was given"),
    ({"id": "a", "consent.news.email": "yes", "consent.time": "May"}, "consent.time", "must be an ISO 8601 time"),
    ({"id": "a", "time": "soon"}, "time", "must be an ISO 8601 time"),
    ({"id": "a" * 600}, "id", "must have at most 512 characters"),
    ({"id": "a", "name": "a\x00b", "email": "a@shop.example\x00"}, "email", "must be an e-mail address"),
)


@pytest.mark.parametrize(("said", "column", "message"), BAD)
def test_a_bad_line_names_the_column_and_what_was_expected(said, column, message):
    with pytest.raises(BadLine) as bad:
        line(said)
    assert (bad.value.column, message in bad.value.message) == (column, True), bad.value


def test_a_line_that_is_none_says_so():
    with pytest.raises(BadLine, match="has 1 cells"):
        line({"id": "a", "email": ""}, row=Row(7, ["a"], "has 1 cells, and the header 2"))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"name": "Ada"}, "no column says who it is"),
        ({"id": "a", "consent.news.email": "yes"}, "when was consent.news.email given?"),
    ],
)
def test_columns_that_cannot_make_a_customer_are_refused_before_any_line(said, message):
    with pytest.raises(BadColumns, match=message):
        line(said)
