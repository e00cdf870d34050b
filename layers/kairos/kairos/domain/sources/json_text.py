"""JSON, number by number and name by name: what is wrong with it is said by what and where it is.

RFC 8259 leaves open what equal names, lone surrogates and numbers beyond a double mean; nobody behind the door could carry them.
"""

import json
import math
import re
from typing import Any, Final

from kairos.domain.sources import bounds
from kairos.domain.sources.bounds import Flaw
from kairos.domain.sources.parts import BadEvent

_HALF: Final = re.compile("[\ud800-\udfff]")


def read(data: bytes) -> Any:
    """The value, with a Flaw wherever something cannot be carried: `bounds.check` finds it. Raises BadEvent for what is no JSON."""
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_float=_float, parse_int=_whole, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise BadEvent("bad_json", f"must be UTF-8 (byte {error.start + 1} is not)") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BadEvent("bad_json", f"must be JSON: {error.msg[:1].lower()}{error.msg[1:]} ({place})") from error
    except RecursionError as error:
        raise BadEvent("too_deep", f"must be nested at most {bounds.DEPTH} deep") from error
    return _text(value) if isinstance(value, str) else value


def whole(text: str) -> str:
    """What somebody wrote to us, of which nothing is refused: half a character, as where a long text was cut, is a mark."""
    return _HALF.sub("\ufffd", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            made[name] = Flaw("duplicate_key", "must be there once, and is there twice")
        elif _HALF.search(name):
            made[whole(name)] = Flaw("bad_text", "must have a name without half characters (lone surrogates)")
        else:
            made[name] = _texts(value)
    return made


def _texts(value: Any) -> Any:
    """What hooks do not see: texts, alone or in a list."""
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str | Flaw:
    return Flaw("bad_text", "must be without half characters (lone surrogates)") if _HALF.search(value) else value


def _float(text: str) -> float | Flaw:
    value = float(text)
    return value if math.isfinite(value) else Flaw("bad_number", "must be a number that a double can hold")


def _whole(text: str) -> int | Flaw:
    whole = int(text) if len(text) <= 20 else bounds.LARGEST_NUMBER + 1
    fits = bounds.LEAST_NUMBER <= whole <= bounds.LARGEST_NUMBER
    return whole if fits else Flaw("bad_number", bounds.WHOLE)


def _constant(name: str) -> Flaw:
    return Flaw("bad_number", f"must be a number, and {name} is none")
