"""What columns are: by their headers, by what was said of them, and what no column can be."""

from typing import Any

import pytest

from local.importing import mapping
from local.importing.columns import BadColumns, columns, target
from local.importing.people import Words
from local.importing.values import KINDS, kind

TOPICS = ["offers", "news", "e.mail"]

HEADERS: Any = (
    (["id", "email"], {}, ["id", "email"]),
    (["Customer ID", "E-Mail", "Mobile"], {}, ["id", "email", "phone"]),
    (["user_id", "First Name", "Straße"], {}, ["id", "attributes.first_name", "attributes.straße"]),
    (["id", "attributes.tier:number", "consent.news.email"], {}, ["id", "attributes.tier", "consent.news.email"]),
    (["Kunde", "ok"], {"Kunde": "id", "ok": "consent.e.mail.sms.time"}, ["id", "consent.e.mail.sms.time"]),
    (["id", "", "kairos_reason", "x"], {"x": "-"}, ["id"]),
    (["id", "Source"], {"Source": "consent.source"}, ["id", "consent.source"]),
)


@pytest.mark.parametrize(("header", "named", "expected"), HEADERS)
def test_a_column_is_what_it_is_called_or_said_to_be(header, named, expected):
    assert [one.name for one in columns(header, named, TOPICS).values()] == expected


def test_columns_that_nobody_named_can_be_left_out():
    assert [one.name for one in columns(["id", "secret"], {}, TOPICS, others=False).values()] == ["id"]


WRONG: Any = (
    (["id"], {"ids": "id"}, "there is no column 'ids': must be one of id; did you mean id?"),
    (["id", "id"], {}, "there are two columns 'id'"),
    (["id", "user_id"], {}, "the columns 'id' and 'user_id' are both id"),
    (["a"], {"a": "mail"}, "column 'a': 'mail' is nothing that a column can be"),
    (["a"], {"a": "consent.ofers.email"}, "the topic must be one of e.mail, news, offers; did you mean offers?"),
    (["a"], {"a": "consent.news.mail"}, "the channel must be one of email, push, sms, whatsapp; did you mean email?"),
    (["a"], {"a": "consent.news"}, "'consent.news' must be consent.TOPIC.CHANNEL"),
    (["a"], {"a": "attributes.x:numbr"}, "'numbr' is no kind of value: text, number, boolean"),
    (["a"], {"a": "attributes."}, "is nothing that a column can be"),
)


@pytest.mark.parametrize(("header", "named", "said"), WRONG)
def test_what_no_column_can_be_is_said_with_what_can(header, named, said):
    with pytest.raises(BadColumns) as refused:
        columns(header, named, TOPICS)
    assert said in str(refused.value)


CELLS = (
    ("text", "0123", "0123"), ("number", "12", 12), ("number", "-1.5", -1.5), ("number", "1e3", 1000.0),
    ("boolean", "Yes", True), ("boolean", "nej", False), ("date", "1990-05-31", "1990-05-31"),
    ("date(%d.%m.%Y)", "31.05.1990", "1990-05-31"), ("date(%d/%m/%Y %H:%M)", "31/05/1990 14:30", "1990-05-31T14:30:00"),
    ("list", "a; b,c", ["a", "b", "c"]), ("json", '{"a": [1]}', {"a": [1]}),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text", "value"), CELLS)
def test_a_cell_is_read_as_its_kind(name, text, value):
    read = kind(name)(text)
    assert (read, type(read)) == (value, type(value))


NO_CELLS = (
    ("number", "12,5", "must be a number such as 12.5"), ("number", "nan", "must be a number"),
    ("number", "1" * 30, "must be a number"), ("boolean", "maybe", "must be yes or no"),
    ("date", "31.05.1990", "must be a day such as 1990-05-31"), ("json", "{", "must be JSON"),
    ("date(%d.%m.%Y)", "1990-05-31", "must be as %d.%m.%Y has it, such as 31.05.1990"), ("json", "NaN", "must be JSON"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text", "said"), NO_CELLS)
def test_what_a_cell_is_not_is_said_without_its_value(name, text, said):
    with pytest.raises(ValueError) as refused:
        kind(name)(text)
    assert said in str(refused.value)


def test_a_mapping_file_says_columns_constants_and_words(tmp_path):
    file = tmp_path / "map.yaml"
    file.write_text(
        "columns: {Land: attributes.country}\nalways: {attributes.x: NO}\nwords: {nothing: [No, Pending]}\n"
    )
    said = mapping.read(file)
    assert (said.columns, said.always) == ({"Land": "attributes.country"}, {"attributes.x": "NO"})
    words = said.meanings()
    assert (words.nothing, "no" in words.withdrawn) == (frozenset({"no", "pending"}), False)
    assert mapping.read(None).meanings() == Words()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colums: {}", "map.yaml:1:"),
        ("columns: {a: 1}", "columns.a"),
        ("columns: {a: id, a: email}", "repeated key"),
        ("others: drop", "others"),
    ],
)
def test_what_a_mapping_file_cannot_say_is_named_with_its_line(tmp_path, text, said):
    file = tmp_path / "map.yaml"
    file.write_text(text)
    with pytest.raises(BadColumns) as refused:
        mapping.read(file)
    assert said in str(refused.value)


def test_a_target_keeps_its_kind():
    assert target("attributes.seats:number", TOPICS).kind == KINDS["number"]
