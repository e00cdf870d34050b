"""What came of a scenario, told in the lines its author wrote, and where the two differ."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from tests.end_to_end.playing import Player
from tests.end_to_end.scenarios import ZONE, Scenario

Row = tuple[str, str]
"""The columns of a line, and the text of which its author need quote only a part."""
HEADS = {
    "messages": "messages that went out",
    "content": "content that was shown, the best first",
    "refusals": "refusals of this campaign",
    "events": "events that went out on the bus",
}


def differences(scenario: Scenario, player: Player) -> str:
    """Empty, or what was expected and did not come, and what came unexpected."""
    found = {
        "messages": _messages(scenario, player.stack.messages()),
        "content": _content(scenario, player.shown),
        "refusals": _refusals(scenario, player.stack.decisions()) + _withheld(scenario, player.shown),
        "events": _events(scenario, player.heard),
    }
    told = [_compare(HEADS[name], scenario.then[name], rows) for name, rows in found.items()]
    for name, wanted in scenario.then["profile"].items():
        got = player.profiles.get(scenario.id(name), {})
        told += [
            f"profile of {name}:\n  - {key}: {value}\n  + {key}: {got.get(key)}"
            for key, value in wanted.items() if not _holds(value, got.get(key))
        ]  # fmt: skip
    return "\n".join(text for text in told if text)


def _messages(scenario: Scenario, messages: Iterable[Mapping[str, Any]]) -> list[Row]:
    rows = []
    for message in _within(scenario, messages):
        named = [message["campaign"], message["channel"], message["step"].removeprefix("send.")]
        rows.append(
            (_line(scenario, message, *named), f"{message['subject']} {message['text']}".replace("\xa0", " ").strip())
        )
    return rows


def _refusals(scenario: Scenario, decisions: Iterable[Mapping[str, Any]]) -> list[Row]:
    mine = [
        line for line in _within(scenario, decisions)
        if line["campaign"] == scenario.campaign and line["outcome"] not in ("entered", "sent")
    ]  # fmt: skip
    rows = []
    mine.sort(key=lambda line: line["customer"])  # a list of its own for each, in order of time
    for _, group in groupby(mine, lambda line: (line["customer"], line.get("step"), line["outcome"], line["reason"])):
        lines = list(group)
        line, times = lines[0], f" × {len(lines)}" if len(lines) > 1 else ""
        step = (line.get("step") or "entry").removeprefix("send.")
        outcome = "" if line["outcome"] == "refused" else f" ({line['outcome']})"
        rows.append((_line(scenario, line, step, f"{line['reason']}{outcome}{times}"), ""))
    return rows


def _content(scenario: Scenario, shown: Iterable[Mapping[str, Any]]) -> list[Row]:
    rows = []
    for visit in _within(scenario, shown):
        good = [f"{offer.campaign}/{offer.template}" for offer in visit["offers"] if not offer.reason]
        rows.append((_line(scenario, visit, visit["slot"], ", ".join(good) or "nothing"), ""))
    return rows


def _withheld(scenario: Scenario, shown: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [
        (_line(scenario, visit, visit["slot"], offer.reason), "")
        for visit in _within(scenario, shown) for offer in visit["offers"]
        if offer.reason and offer.campaign == scenario.campaign
    ]  # fmt: skip


def _events(scenario: Scenario, heard: Iterable[Mapping[str, Any]]) -> list[Row]:
    lines = [
        {"time": event["time"], "customer": event["detail"].get("customer", {}).get("id", ""), **event}
        for event in heard
    ]  # fmt: skip
    return [(_line(scenario, one, one["detail-type"]), str(one["detail"])) for one in _within(scenario, lines)]


def _within(scenario: Scenario, lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    ids = {scenario.id(name) for name in scenario.customers}
    mine = [line for line in lines if line["customer"] in ids and _local(line) <= scenario.until]
    return sorted(mine, key=lambda line: (_local(line), line["customer"], line.get("campaign", "")))


def _local(line: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(line["time"]).astimezone(ZONE)


def _line(scenario: Scenario, line: Mapping[str, Any], *columns: str) -> str:
    names = {scenario.id(name): name for name in scenario.customers}
    who = [names[line["customer"]]] if len(names) > 1 else []
    return " | ".join([f"{_local(line):%Y-%m-%d %H:%M}", *who, *columns])


def _compare(head: str, wanted: list[str], rows: list[Row]) -> str:
    expected = [" | ".join(part.strip() for part in line.split("|")) for line in wanted]
    open_, got = list(expected), []
    for columns, text in rows:
        quoted = (line for line in open_ if _says(line, columns, text))
        line = next(quoted, None)
        if line is None:
            got.append(f"{columns} | {text.splitlines()[0]}" if text else columns)
        else:
            open_.remove(line)
            got.append(line)
    if sorted(expected) == sorted(got):
        return ""
    lines = []
    for kind, a, b, c, d in SequenceMatcher(None, expected, got, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [f"    {line}" for line in expected[a:b]]
        lines += [f"  - {line}   <- expected, did not come" for line in expected[a:b] if kind != "equal"]
        lines += [f"  + {line}   <- came, not expected" for line in got[c:d] if kind != "equal"]
    return f"{head}:\n" + "\n".join(lines)


def _says(line: str, columns: str, text: str) -> bool:
    if not text:
        return line == columns
    return line.startswith(f"{columns} | ") and line.removeprefix(f"{columns} | ") in text


def _holds(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return all(_holds(value, got.get(name)) for name, value in wanted.items())
    return bool(wanted == got)
