"""A file of comma-separated values, line by line: gzip or not, in its encoding, with its delimiter."""

import codecs
import csv
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final, cast

DELIMITERS: Final = ",;\t|"
GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BadFile(ValueError):
    """The file cannot be read as a table at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, and on which line of the file it begins; `broken` says why it is none."""

    line: int
    cells: list[str]
    broken: str = ""


@dataclass(slots=True)
class Table:
    """One open file; use it in a `with`."""

    path: Path
    encoding: str = ""
    delimiter: str = ""
    size: int = field(init=False)
    header: list[str] = field(init=False)
    _raw: BufferedReader = field(init=False)
    _text: IO[str] = field(init=False)
    _reader: Any = field(init=False)

    def __enter__(self) -> "Table":
        """Opens it and reads its first line. Raises BadFile, OSError."""
        self.size = self.path.stat().st_size
        self._raw = self.path.open("rb")
        zipped = self._raw.peek(2)[:2] == GZIP
        inner = cast("BufferedReader", gzip.GzipFile(fileobj=self._raw)) if zipped else self._raw
        try:
            self.encoding = self.encoding or _encoding(inner)
            self._text = TextIOWrapper(inner, self.encoding, newline="")
            first = self._text.readline()
            self._text.seek(0)
            self.delimiter = self.delimiter or _delimiter(first)
            self._reader = csv.reader(self._text, delimiter=self.delimiter, strict=True)
            self.header = next(self._reader, [])
        except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
            raise BadFile(self._why(error)) from error
        if not any(head.strip() for head in self.header):
            raise BadFile("has no header: its first line must name its columns")
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()
        self._raw.close()

    @property
    def position(self) -> int:
        """Bytes of the file that have been read, of `size`."""
        return self._raw.tell()

    def rows(self) -> Iterator[Row]:
        """Each line that has something in it. Raises BadFile where nothing behind can be read either."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, [], self._quoted(error, line))
                continue
            except (UnicodeDecodeError, OSError, EOFError) as error:
                raise BadFile(self._why(error)) from error
            if any(cells):
                wide = len(self.header)
                broken = "" if len(cells) == wide else f"has {len(cells)} cells, and the header {wide}"
                yield Row(line, cells, broken)

    def _quoted(self, error: csv.Error, line: int) -> str:
        """Where a quote is not closed, the lines behind it are taken for one."""
        last = self._reader.line_num
        return f"{error}{f' (from here to line {last})' if last > line else ''}: is a quote not closed?"

    def _why(self, error: Exception) -> str:
        if isinstance(error, UnicodeDecodeError):
            return (
                f"is not {self.encoding} behind line {self._reader_line}: name its encoding, such as --encoding latin-1"
            )
        return f"cannot be read: {error}"

    @property
    def _reader_line(self) -> int:
        return int(getattr(getattr(self, "_reader", None), "line_num", 0))


def digest(path: Path) -> str:
    """What tells this file from every other one, and from an edited one."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encoding(inner: BufferedReader) -> str:
    beginning = inner.peek(2)[:2]
    return "utf-16" if beginning in _UTF16 else "utf-8-sig"


def _delimiter(first: str) -> str:
    """What the header has most cells by; csv's own Sniffer takes a comma in one name for it."""
    return max(DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
