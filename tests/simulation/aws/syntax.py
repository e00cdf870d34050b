"""DynamoDB's expressions as trees: names resolved, reserved words refused, each name and value that is used noted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, Final

from tests.simulation.aws.errors import Invalid

RESERVED: Final = frozenset(File(__file__).with_name("reserved_words.txt").read_text().split())

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)|(?P<word>[A-Za-z][A-Za-z0-9_]*)|(?P<digits>\d+)"
    r"|(?P<sign><>|<=|>=|[=<>(),.+\-\[\]]))"
)
_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_WORDS: Final = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"})
FUNCTIONS: Final = {
    "attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
}  # fmt: skip
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute, or what lies in it."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, comparator or logical operator with its operands."""

    name: str
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One action of an update."""

    action: str
    path: Path
    operand: Any = None


class Parser:
    """Reads one expression; then `names` and `values` are those that it used, `nested` the attributes it looked into."""

    def __init__(self, kind: str, text: str, names: Mapping[str, str]) -> None:
        self._kind, self._given = kind, names
        self.names: set[str] = set()
        self.values: set[str] = set()
        self.nested: set[str] = set()
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        if not text.strip():
            raise self.wrong("The expression can not be empty;")
        if len(text.encode()) > _LONGEST:
            raise self.wrong("Expression size has exceeded the maximum allowed size;")
        position, text = 0, text.rstrip()
        while position < len(text):
            if not (found := _TOKEN.match(text, position)):
                raise self.wrong(f'Syntax error; token: "{text[position:].strip()[:1]}", near: "{text[position:]}"')
            self._tokens.append((str(found.lastgroup), found[found.lastgroup or 0]))
            position = found.end()

    def wrong(self, why: str) -> Invalid:
        return Invalid(f"Invalid {self._kind}: {why}")

    def condition(self) -> Call:
        """A whole condition."""
        tree, _ = self._either()
        self._end()
        return tree

    def paths(self) -> tuple[Path, ...]:
        """A whole projection."""
        found = [self._path()]
        while self._takes(","):
            found.append(self._path())
        self._end()
        return tuple(found)

    def update(self) -> tuple[Clause, ...]:
        """A whole update."""
        clauses: list[Clause] = []
        sections: set[str] = set()
        while self._peek()[0]:
            action = self._next()[1].upper()
            if action not in ("SET", "REMOVE", "ADD", "DELETE"):
                raise self._unexpected(-1)
            if action in sections:
                raise self.wrong(f'The "{action}" section can only be used once in an update expression;')
            sections.add(action)
            clauses.append(self._clause(action))
            while self._takes(","):
                clauses.append(self._clause(action))
        return tuple(clauses)

    def _clause(self, action: str) -> Clause:
        path = self._path()
        if action == "REMOVE":
            return Clause(action, path)
        if action != "SET":
            return Clause(action, path, self._value())
        self._expect("=")
        left = self._set_operand()
        for sign in ("+", "-"):
            if self._takes(sign):
                return Clause(action, path, Call(sign, (left, self._set_operand())))
        return Clause(action, path, left)

    def _set_operand(self) -> Any:
        kind, text = self._peek()
        if kind == "value":
            return self._value()
        if kind == "word" and self._peek(1)[1] == "(":
            if text not in ("if_not_exists", "list_append"):
                raise self.wrong(f"Invalid function name; function: {text}")
            self._at += 2
            first = self._path() if text == "if_not_exists" else self._set_operand()
            self._expect(",")
            second = self._set_operand()
            self._expect(")")
            return Call(text, (first, second))
        return self._path()

    def _either(self) -> tuple[Call, bool]:
        return self._joined("OR", lambda: self._joined("AND", self._negated))

    def _joined(self, word: str, part: Any) -> tuple[Call, bool]:
        tree, bare = part()
        operands = [tree]
        while self._takes(word):
            operands.append(part()[0])
        return (Call(word, tuple(operands)), False) if len(operands) > 1 else (tree, bare)

    def _negated(self) -> tuple[Call, bool]:
        if self._takes("NOT"):
            return Call("NOT", (self._negated()[0],)), False
        if self._peek()[1] == "(":
            self._at += 1
            tree, in_brackets = self._either()
            self._expect(")")
            if in_brackets:
                raise self.wrong("The expression has redundant parentheses;")
            return tree, True
        return self._compared(), False

    def _compared(self) -> Call:
        kind, text = self._peek()
        if kind == "word" and self._peek(1)[1] == "(" and text != "size":
            return self._function()
        left = self._operand()
        kind, text = self._next()
        if text in _COMPARATORS:
            return Call(text, (left, self._operand()))
        if text.upper() == "BETWEEN":
            low = self._operand()
            self._expect("AND")
            return Call("BETWEEN", (left, low, self._operand()))
        if text.upper() == "IN":
            self._expect("(")
            return Call("IN", (left, *self._arguments(100)))
        raise self._unexpected(-1)

    def _function(self) -> Call:
        name = self._next()[1]
        if name not in FUNCTIONS:
            raise self.wrong(f"Invalid function name; function: {name}")
        self._at += 1
        operands = self._arguments(FUNCTIONS[name])
        if len(operands) != FUNCTIONS[name]:
            raise self.wrong(f"Incorrect number of operands for operator or function; operator or function: {name}")
        if name.startswith("attribute_") and not isinstance(operands[0], Path):
            raise self.wrong(f"Operator or function requires a document path; operator or function: {name}")
        return Call(name, operands)

    def _arguments(self, most: int) -> tuple[Any, ...]:
        found = [self._operand()]
        while self._takes(","):
            found.append(self._operand())
        self._expect(")")
        if len(found) > most:
            raise self.wrong("Incorrect number of operands for operator or function;")
        return tuple(found)

    def _operand(self) -> Any:
        kind, text = self._peek()
        if kind == "value":
            return self._value()
        if (kind, text) == ("word", "size") and self._peek(1)[1] == "(":
            self._at += 2
            [inner] = self._arguments(1)
            return Call("size", (inner,))
        return self._path()

    def _value(self) -> Value:
        kind, text = self._next()
        if kind != "value":
            raise self._unexpected(-1)
        self.values.add(text)
        return Value(text)

    def _path(self) -> Path:
        parts: list[str | int] = [self._part()]
        while True:
            if self._takes("."):
                parts.append(self._part())
            elif self._takes("["):
                kind, digits = self._next()
                if kind != "digits":
                    raise self._unexpected(-1)
                parts.append(int(digits))
                self._expect("]")
            else:
                self.nested |= {str(parts[0])} if len(parts) > 1 else set()
                return Path(tuple(parts))

    def _part(self) -> str:
        kind, text = self._next()
        if kind == "name":
            self.names.add(text)
            if text not in self._given:
                raise self.wrong(
                    f"An expression attribute name used in the document path is not defined; attribute name: {text}"
                )
            return self._given[text]
        if kind != "word" or text.upper() in _WORDS:
            raise self._unexpected(-1)
        if text.upper() in RESERVED:
            raise self.wrong(f"Attribute name is a reserved keyword; reserved keyword: {text}")
        return text

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found

    def _takes(self, text: str) -> bool:
        if self._peek()[1].upper() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected(0)

    def _end(self) -> None:
        if self._peek()[0]:
            raise self._unexpected(0)

    def _unexpected(self, back: int) -> Invalid:
        kind, text = self._peek(back)
        return self.wrong(f'Syntax error; token: "{text if kind else "<EOF>"}"')
