"""Texts of strangers that mail programs would make links of: no name, and nothing that a page reported, leads anybody away.

Gmail, Outlook and iOS link whatever looks like an address, `evil.com/win` as well as `https://evil.com`: the commonest abuse of
mails that greet by a name which anybody may type.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from jinja2 import StrictUndefined

from kairos.domain.mail import one_line

_PERSON: Final = ("first_name", "last_name", "name")
_DOTS: Final = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": ".", "\uff0f": "/", "\uff1a": ":"})
"""What browsers take for a dot in a host (UTS 46), and wide forms of what stands around it."""
_KNOWN: Final = (
    "com|net|org|info|biz|app|dev|xyz|top|shop|online|site|store|club|live|icu|vip|link|click|win|bid|loan|life|world|"
    "today|space|website|tech|email|pro|mobi|work|fun|buzz|rest|cyou|sbs|cfd|bond|lol|mom|quest|monster|zip|mov|page|cloud"
)
"""Those of the long top-level domains that hold most registrations and most abuse."""
_COUNTRIES: Final = (
    "ac|ad|ae|af|ag|ai|al|am|ao|aq|ar|as|at|au|aw|ax|az|ba|bb|bd|be|bf|bg|bh|bi|bj|bm|bn|bo|br|bs|bt|bw|by|bz|ca|cc|"
    "cd|cf|cg|ch|ci|ck|cl|cm|cn|co|cr|cu|cv|cw|cx|cy|cz|de|dj|dk|dm|do|dz|ec|ee|eg|er|es|et|eu|fi|fj|fk|fm|fo|fr|ga|"
    "gd|ge|gf|gg|gh|gi|gl|gm|gn|gp|gq|gr|gs|gt|gu|gw|gy|hk|hm|hn|hr|ht|hu|id|ie|il|im|in|io|iq|ir|is|it|je|jm|jo|jp|"
    "ke|kg|kh|ki|km|kn|kp|kr|kw|ky|kz|la|lb|lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|md|me|mg|mh|mk|ml|mm|mn|mo|mp|mq|mr|ms|"
    "mt|mu|mv|mw|mx|my|mz|na|nc|ne|nf|ng|ni|nl|no|np|nr|nu|nz|om|pa|pe|pf|pg|ph|pk|pl|pm|pn|pr|ps|pt|pw|py|qa|re|ro|"
    "rs|ru|rw|sa|sb|sc|sd|se|sg|sh|si|sk|sl|sm|sn|so|sr|ss|st|su|sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|tm|tn|to|tr|tt|"
    "tv|tw|tz|ua|ug|uk|us|uy|uz|va|vc|ve|vg|vi|vn|vu|wf|ws|ye|yt|za|zm|zw"
)
"""Top-level domains of countries."""
_LINKED: Final = re.compile(
    r"\w://(?P<a>[^\s/?#]*)|\b(?P<b>www\.[^\s/?#]*)"
    r"|(?<![\w@.-])(?P<c>(?:[\w-]+\.)+[^\W\d_]{2,24})(?=/\S|:\d)"
    rf"|(?<![\w@.-])(?P<d>(?:[\w-]+\.)+(?:{_KNOWN})|[\w-]+\w\.(?:[\w-]+\.)*(?:{_COUNTRIES}))(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_MAYBE: Final = re.compile(r"\.[^\W\d]|:/|[^\x20-\x7e]")
"""What every one of them has, and few texts; found in a tenth of the time."""
_REACHED: Final = re.compile(r"\S@[\w-]+\.\w|\d(?:[ ().-]?\d){6}")
_MAILBOX: Final = re.compile(r"[^\s@/:]+@[^\s@/:]+")


class Foreign(StrictUndefined):
    """A text that counts as missing, save where it becomes part of an address."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__(hint="text: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)")
        self.text = text

    def __bool__(self) -> bool:  # type: ignore[override]  # reason: it is there; the superclass refuses the question
        return True


def named(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes without names of a person that are addresses, or numbers to call."""
    false = [name for name in _PERSON if isinstance(attributes.get(name), str) and _false(attributes[name])]
    return {name: value for name, value in attributes.items() if name not in false} if false else attributes


def guarded(event: Mapping[str, Any], hosts: Collection[str]) -> dict[str, Any]:
    """What a page reported, its texts that lead to other hosts counting as missing."""
    return {name: _guarded(value, hosts) for name, value in event.items()}


def _guarded(value: Any, hosts: Collection[str]) -> Any:
    if isinstance(value, str):
        return Foreign(value) if _leads_away(value, hosts) else value
    if isinstance(value, list):
        return [_guarded(one, hosts) for one in value]
    if isinstance(value, Mapping):
        return {name: _guarded(one, hosts) for name, one in value.items() if not _leads_away(name, hosts)}
    return value


def _false(name: str) -> bool:
    return bool(_REACHED.search(_seen(name))) or any(True for _ in _hosts(name))


def _leads_away(text: str, hosts: Collection[str]) -> bool:
    return not _MAILBOX.fullmatch(text) and any(
        not any(host == known or host.endswith(f".{known}") for known in hosts) for host in _hosts(text)
    )


def _hosts(text: str) -> Iterator[str]:
    """The hosts that somebody's mail program would lead to."""
    if _MAYBE.search(text):
        for found in _LINKED.finditer(_seen(text)):
            host = next(group for group in found.groups() if group is not None)
            yield host.lower().rpartition("@")[2].partition(":")[0].rstrip(".")


def _seen(text: str) -> str:
    """As it is read: what nobody sees gone."""
    return text if text.isascii() and text.isprintable() else one_line(text).translate(_DOTS)
