"""Where moto and dynalite answer otherwise than DynamoDB in memory, and why that one is right."""

import re
from dataclasses import dataclass
from typing import Final

from tests.simulation.peers import Answer
from tests.simulation.requests import Call


@dataclass(frozen=True)
class Difference:
    """Answers (code and text) that match both patterns may differ, to requests that match the third."""

    ours: str
    theirs: str
    why: str
    asked: str = ""


def _refused(text: str, why: str) -> Difference:
    """A request that DynamoDB refuses before it looks at any item, and the peer does not, or not so early."""
    return Difference(
        rf"ValidationException .*{text}", r"ok|ConditionalCheckFailed|Transaction|ValidationException", why
    )


_API: Final = "https://docs.aws.amazon.com/amazondynamodb/latest/"
MOTO: Final = (
    Difference("", "crash", "moto ends in a Python error: size() of what is not there, unlike types in order, no number"),
    _refused("unused in expressions", "values and names that no expression uses are an error"),
    _refused("only be specified when using expressions", "nor may they come without any expression"),
    _refused("BETWEEN operator requires", "bounds of a BETWEEN in the wrong order, or of two types"),
    _refused("may not be empty", "empty sets are refused, also in updates and conditions"),
    _refused("38 significant digits", "numbers have 38 digits of precision"),
    _refused("cannot be converted to a numeric value", "a number must be one"),
    _refused("contains duplicates", "a batch may name an item once"),
    _refused("multiple operations on one item", "nor may TransactGetItems name one twice"),
    _refused("Type mismatch for Index Key", "an index key's type is checked in updates too"),
    _refused("Key attributes must be scalars", "nothing lies within a key"),
    _refused("cannot contain an empty string value", "a key is not empty, in reads and in an index either"),
    _refused("document path provided", "an update goes only into what is there, and into maps by name only"),
    Difference(
        r"TransactionCanceledException .*ValidationError", r"ok|ValidationException|TransactionCanceled",
        "an update that cannot be applied is a reason by position: " + _API + "APIReference/API_TransactWriteItems.html",
    ),
    Difference(
        r"TransactionCanceledException", r"TransactionCanceledException .*(Type|Value)Error",
        "moto reports its own Python error as a reason",
    ),
    Difference(r"ok", r"TransactionCanceledException .*(Type|Value)Error", "the same, of a condition that holds"),
    Difference(r"ok", r"ValidationException Bad Filter Expression", "the same, of a filter"),
    Difference(
        r"ok|Cond|Trans", r"ok|Cond|Trans", "moto does not find bytes in bytes; documented: `contains` looks into a Binary",
        asked=r".*contains\(\S+ :r_B",
    ),
    Difference(
        r"ok|Cond|Trans", r"ok|Cond|Trans", "moto takes a BOOL for a number; documented: types that differ have no order",
        asked=r".*(BETWEEN|[<>]=?) :r_N",
    ),
)  # fmt: skip

DYNALITE: Final = (
    Difference(
        "ConditionalCheckFailedException", "ConditionalCheckFailedException",
        "dynalite is older than ReturnValuesOnConditionCheckFailure: it never shows the item",
    ),
    _refused("cannot contain an empty string value", "a key of an index is not empty either"),
)  # fmt: skip


def listed(differences: tuple[Difference, ...], call: Call, ours: Answer, theirs: Answer) -> Difference | None:
    """The first difference of the list that these two answers are."""
    asked, said, answered = repr(call), str(ours), str(theirs)
    for one in differences:
        if _like(one.asked, asked) and _like(one.ours, said) and _like(one.theirs, answered):
            return one
    if _ends_later(call, ours, theirs):
        return ENDS_LATER
    return TIES if _ties(call, ours, theirs) else None


ENDS_LATER: Final = Difference(
    "ok", "ok",
    "a page that its limit has ended names its last key even if nothing follows, as documented: "
    "\"the only way to know when you have reached the end of the result set is when LastEvaluatedKey is empty\"",
)  # fmt: skip


def _ends_later(call: Call, ours: Answer, theirs: Answer) -> bool:
    if call[0] != "query" or ours.code != "ok" or theirs.code != "ok":
        return False
    return ours.told["ScannedCount"] == call[1].get("Limit") and _without_end(ours) == _without_end(theirs)


TIES: Final = Difference("ok", "ok", "rows of an index with equal sort keys are in no order that is documented")


def _ties(call: Call, ours: Answer, theirs: Answer) -> bool:
    if "IndexName" not in call[1] or ours.code != "ok" or theirs.code != "ok":
        return False
    one, other = ([row["due_at"] for row in answer.told.get("Items", ())] for answer in (ours, theirs))
    return len(set(map(str, one))) < len(one) and one == other


def _without_end(answer: Answer) -> dict[str, object]:
    return {name: value for name, value in answer.told.items() if name != "LastEvaluatedKey"}


def _like(pattern: str, text: str) -> bool:
    return re.match(pattern, text, re.DOTALL) is not None
