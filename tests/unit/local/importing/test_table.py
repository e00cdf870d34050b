"""Files as shops write them: encodings, delimiters, gzip, quotes."""

import pytest

from local.importing.table import BadFile, Table, digest
from tests.zipped import zipped

FILES = (
    (b"id,name\n1,Ada\n", [["1", "Ada"]]),
    ("\ufeffid;name\r\n1;Zoë\r\n".encode(), [["1", "Zoë"]]),
    ("id\tname\n1\tZoë\n".encode("utf-16"), [["1", "Zoë"]]),
    (b'id|name\n1|"a|b"\n2|"two\nlines"\n', [["1", "a|b"], ["2", "two\nlines"]]),
    (b"id;first, last;city\n\n1;Ada, L;Ry\n;;\n", [["1", "Ada, L", "Ry"]]),
    (b"id\n1", [["1"]]),
    (zipped("id,name\n1,Zoë\n".encode()), [["1", "Zoë"]]),
    (zipped(b"id\n1\n") + zipped(b"2\n"), [["1"], ["2"]]),
)


def rows(tmp_path, data, **options):
    file = tmp_path / "f.csv"
    file.write_bytes(data)
    with Table(file, **options) as table:
        found = list(table.rows())
        assert table.position == table.size, "all of it was read"
    return found


@pytest.mark.parametrize(("data", "expected"), FILES)
def test_a_file_is_read_however_it_was_written(tmp_path, data, expected):
    assert [row.cells for row in rows(tmp_path, data)] == expected


def test_an_encoding_that_does_not_say_so_is_asked_for(tmp_path):
    data = "id,name\n1,Zoë\n".encode("latin-1")
    assert rows(tmp_path, data, encoding="latin-1")[0].cells == ["1", "Zoë"]
    with pytest.raises(BadFile, match="is not utf-8-sig behind line 0: name its encoding"):
        rows(tmp_path, data)


def test_a_line_knows_where_it_begins_and_what_is_wrong_with_it(tmp_path):
    found = rows(tmp_path, b'id,name\n1,"a\nb"\n2\n3,"a"b\n4,x\n')
    assert [(row.line, row.broken.partition(":")[0]) for row in found] == [
        (2, ""), (4, "has 1 cells, and the header 2"), (5, "',' expected after '\"'"), (6, ""),
    ]  # fmt: skip


def test_a_quote_that_is_not_closed_says_how_far_it_swallows(tmp_path):
    many = b"".join(b"%d,x\n" % number for number in range(40_000))
    found = rows(tmp_path, b'id,name\n1,"open\n' + many)
    assert found[0].line == 2 and "from here to line" in found[0].broken and "is a quote not closed?" in found[0].broken
    assert found[1].cells[1] == "x", "and goes on behind"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no header"),
        (b",,\n1,2,3\n", "has no header"),
        (zipped(b"id,name\n" + b"1,a\n" * 9_000)[:-30], "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, data, said):
    with pytest.raises(BadFile, match=said):
        rows(tmp_path, data)


def test_an_edited_file_is_another(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"a")
    two.write_bytes(b"b")
    assert len({digest(one), digest(two), digest(one)}) == 2
