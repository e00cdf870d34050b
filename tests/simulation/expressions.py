"""Random items and expressions: the adapters' own, variants of them, and any that the grammar allows."""

import random
from collections.abc import Mapping
from typing import Any, Final

from kairos.adapters.dynamodb import audience, calendar, customers, fan_outs, messages, states

Request = dict[str, Any]

PKS: Final = ("C#anna", "C#bo", "X#näh")
SKS: Final = ("S", "P", "M#1", "M#2", "E#c#1")
_NUMBERS: Final = ("0", "1", "2", "-3", "10", "1.5", "1780000000000")
_WRONG_NUMBERS: Final = ("1" * 39, "x", "")
_ODD_NUMBERS: Final = ("1.50", "007", "1e3", "-0.0", "12345678901234567890123456789012345678")
_TEXTS: Final = ("", "a", "ab", "abc", "pending", "sending", "in_doubt", "zürich")
_OWN: Final[Mapping[str, str]] = {
    "status": "S", "token": "S", "version": "N", "guard": "N", "tries": "N", "expires": "N", "cursor": "S",
    "stops": "SS", "body": "B", "ttl": "N", "looked": "N", "suppressed": "S", "since": "N", "claimed": "N",
    "due_shard": "S", "due_at": "N",
}  # fmt: skip
FREE: Final = ("a", "b", "c", "d")
_CONDITIONS: Final = (
    customers.NEVER_WRITTEN, states.STATE_UNMOVED, audience.NOT_NEWER, audience.NOT_LATER, calendar.NOT_LOOKED_SINCE,
    fan_outs.STILL_THERE, messages.CLAIMABLE, messages.PENDING, messages.MINE_SENDING, messages.MINE_OPEN,
    messages.MINE_OR_GIVEN_UP, messages.MINE_OR_DOUBTED, messages.SETTLES, messages.UNCHANGED, messages.GUARD_UNMOVED, messages.NOT_SUPPRESSED,
)  # fmt: skip
_UPDATES: Final = (
    "SET #status = :sending, #token = :mine, claimed = :now, tries = tries + :one",
    f"SET #status = :sending {messages.OUT_OF_INDEX}",
    f"SET #status = :pending, {messages.IN_INDEX}",
    "ADD stops :stops", "DELETE stops :stops", "DELETE stops :stops REMOVE #circuit",
    "SET #circuit = :until", "SET #k0 = if_not_exists(#k0, :now), #k1 = if_not_exists(#k1, :now)",
    "SET suppressed = if_not_exists(suppressed, :mine), since = if_not_exists(since, :now)",
    "SET #cursor = :mine, due_shard = :shard, due_at = :due", "SET #cursor = :mine REMOVE due_shard, due_at",
)  # fmt: skip
_ALIASES: Final = {"#circuit": "circuit:email", "#k0": "keep:a", "#k1": "keep:b"}
_BOUND: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    ":pending": ("S", ("pending",)), ":sending": ("S", ("sending",)), ":in_doubt": ("S", ("in_doubt",)),
    ":given_up": ("S", ("given_up",)), ":mine": ("S", _TEXTS), ":was": ("S", ("pending", "sending")),
    ":old": ("S", _TEXTS), ":shard": ("S", ("0", "7")), ":stops": ("SS", ()),
}  # fmt: skip

_BOUNDS: Final[Mapping[str, tuple[tuple[Any, ...], tuple[Any, ...]]]] = {
    "S": (("E#", "M#1", "a"), ("ab", "zürich")),
    "N": (("-3", "0", "1"), ("1.5", "2", "10")),
    "B": ((b"", b"a"), (b"ab\xff",)),
}
"""Of a BETWEEN: lower and upper."""


class Expressions:
    """Keys, values and expressions, the same for the same seed; odd numbers are not written as DynamoDB writes them."""

    def __init__(self, seed: int, *, odd_numbers: bool) -> None:
        self._random = random.Random(seed)
        self._rare_numbers = (*_WRONG_NUMBERS, *(_ODD_NUMBERS if odd_numbers else ()))

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _pick(self, among: Any) -> Any:
        return self._random.choice(among)

    def key(self) -> dict[str, Any]:
        pk = "" if self._chance(0.005) else self._pick(PKS)
        return {"pk": {"S": pk}, "sk": {"S": self._pick(SKS)}}

    def value(self, kind: str = "", depth: int = 0) -> dict[str, Any]:
        kinds = ("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", *(("M", "L") if depth < 2 else ()))
        kind = kind or self._pick(kinds)
        return {kind: self._held(kind, depth)}

    def _held(self, kind: str, depth: int) -> Any:
        inner = depth + 1
        match kind:
            case "S":
                return self._pick(_TEXTS)
            case "N":
                return self._pick(self._rare_numbers if self._chance(0.04) else _NUMBERS)
            case "B":
                return self._pick((b"", b"a", b"ab\xff"))
            case "BOOL":
                return self._chance(0.5)
            case "NULL":
                return True
            case "M":
                return {self._pick("xy"): self.value(depth=inner) for _ in range(self._random.randrange(3))}
            case "L":
                return [self.value(depth=inner) for _ in range(self._random.randrange(3))]
        low = 0 if self._chance(0.05) else 1
        among = {"SS": ("a", "b", "channel:sms"), "NS": ("1", "2", "3.5"), "BS": (b"a", b"b")}[kind]
        return self._random.sample(among, self._random.randint(low, len(among)))

    def item(self) -> dict[str, Any]:
        own = {name: self.value(kind) for name, kind in _OWN.items() if self._chance(0.3)}
        if self._chance(0.98) and own.get("due_shard") in ({"S": ""},):
            del own["due_shard"]
        if "due_shard" in own:
            own["due_shard"] = {"S": self._pick(("0", "7", "") if self._chance(0.02) else ("0", "7"))}
        free = {name: self.value() for name in FREE if self._chance(0.3)}
        return {**own, **free, **self.key()}

    def expressions(self, **texts: str) -> Request:
        """The expressions, with all names and values that they use, and now and then one that they do not."""
        used = " ".join(texts.values())
        for sign in "(),[]+-=<>.":
            used = used.replace(sign, " ")
        names = {w: _ALIASES.get(w, w.removeprefix("#").removeprefix("n_")) for w in used.split() if w.startswith("#")}
        values = {word: self._bound(word) for word in used.split() if word.startswith(":")}
        if self._chance(0.01):
            names["#spare"] = "spare"
        if self._chance(0.01):
            values[":spare"] = {"S": "spare"}
        found: Request = dict(texts)
        return (
            found
            | ({"ExpressionAttributeNames": names} if names else {})
            | ({"ExpressionAttributeValues": values} if values else {})
        )

    def _bound(self, name: str) -> dict[str, Any]:
        if name.endswith(("_low", "_high")):
            kind = name.split("_")[1]
            return {kind: self._pick(_BOUNDS[kind][name.endswith("_low") == self._chance(0.03)])}
        if name.startswith(":r_"):
            return self.value(name.split("_")[1])
        kind, among = _BOUND.get(name, ("N", _NUMBERS))
        return {kind: self._pick(among)} if among else self.value(kind)

    def condition(self, depth: int = 0) -> str:
        if depth == 0 and self._chance(0.5):
            return str(self._pick(_CONDITIONS))
        if depth < 2 and self._chance(0.4):
            one, other = self.condition(depth + 1), self.condition(depth + 1)
            return f"NOT ({one})" if self._chance(0.2) else f"({one}) {self._pick(('AND', 'OR'))} ({other})"
        return self._comparison()

    def _comparison(self) -> str:
        path, n = self._path(), self._random.randrange(1000)
        kind = self._pick(("S", "N", "B"))
        match self._random.randrange(12):
            case 0:
                return f"attribute_exists({path})"
            case 1:
                return f"attribute_not_exists({path})"
            case 2:
                return f"begins_with({path}, :r_S_{n})"
            case 3:
                return f"contains({path}, :r_{self._pick(('S', 'N', 'B'))}_{n})"
            case 4:
                return f"{path} BETWEEN :r_{kind}_{n}_low AND :r_{kind}_{n}_high"
            case 5:
                return f"{path} IN (:r_{kind}_{n}, :r_S_{n}3)"
            case 6:
                return f"size({path}) {self._pick(('=', '<', '>='))} :one"
        operator = self._pick(("=", "<>", "<", "<=", ">", ">="))
        kind = kind if operator[0] in "<>" and operator != "<>" else self._pick(("S", "N", "B", "SS", "BOOL", "M", "L"))
        return f"{path} {operator} :r_{kind}_{n}"

    def _path(self) -> str:
        name: str = self._pick((*FREE, *(f"#n_{own}" for own in _OWN)))
        within: str = self._pick(("", "", "", ".x", ".y", "[0]", "[1]"))
        return name + within

    def update(self) -> str:
        if self._chance(0.5):
            return str(self._pick(_UPDATES))
        paths = self._random.sample([*FREE, "#n_tries", "#n_stops", "#n_due_at"], 3)
        return " ".join(self._clause(path, n) for n, path in enumerate(paths[: self._random.randint(1, 3)]))

    def _clause(self, path: str, n: int) -> str:
        nested = path + self._pick(("", "", ".x", ".y.x", "[0]", "[3]")) if path in FREE else path
        other = self._path()
        if n == 0:
            kind = self._pick(("S", "N", "SS", "M", "L")) if path in FREE else "N"
            right = self._pick((
                f":r_{kind}_{n}", f":r_{kind}_{n}", other, f"if_not_exists({nested}, :r_{kind}_{n})",
                f"{nested} + :r_N_{n}", f"if_not_exists({nested}, :r_N_{n}) - :r_N_9",
                f"list_append(if_not_exists({nested}, :r_L_{n}), :r_L_8)",
            ))  # fmt: skip
            return f"SET {nested} = {right}"
        if n == 1:
            return f"REMOVE {nested}"
        return f"ADD {path} :r_{self._pick(('N', 'SS', 'NS'))}_{n}"
