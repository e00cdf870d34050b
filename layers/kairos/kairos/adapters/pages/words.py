"""The languages that pages speak, and which of them somebody is addressed in."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).parent / "words"
SPOKEN: Final = frozenset(file.stem for file in _WORDS.glob("*.json"))
_NORWEGIAN: Final = {"no": "nb", "nn": "nb"}
_MOST: Final = 20  # languages of a list that are looked at


@cache
def words_of(language: str) -> Mapping[str, str]:
    """All words and sentences in that language, which is one of SPOKEN."""
    found: Mapping[str, str] = json.loads((_WORDS / f"{language}.json").read_text("utf-8"))
    return found


def spoken(*wanted: str) -> str:
    """The first that pages speak, of locales and of lists of them in the form of Accept-Language; else English."""
    return next((name for text in wanted for name in _preferred(text) if name in SPOKEN), "en")


def _preferred(accepted: str) -> Iterator[str]:
    """Languages, the most wanted first (RFC 9110, section 12.5.4); one with q=0 is not wanted at all."""
    weighed = []
    for number, part in enumerate(accepted.split(",")[:_MOST]):
        name, _, more = part.partition(";")
        language = name.strip().replace("_", "-").split("-")[0].lower()
        if weight := _weight(more):
            weighed.append((-weight, number, _NORWEGIAN.get(language, language)))
    return (name for _, _, name in sorted(weighed))


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
