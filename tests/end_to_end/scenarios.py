"""Scenarios of the playbook as their authors write them: `playbook/CAMPAIGN.yaml`, told in docs/playbook.md."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from kairos.catalog.source import read

FOLDER: Final = Path(__file__).parent / "playbook"
ZONE: Final = ZoneInfo("Europe/Copenhagen")
START: Final = "2026-11-02 00:00"  # a Monday in winter time: no change of clocks until March
AFTERWARDS: Final = timedelta(days=2)
WISHES: Final = ("offers", "news", "game")
SCENARIO: Final = {"scenario", "customers", "given", "then", "until"}
CUSTOMER: Final = {"attributes", "channels", "consents", "since"}
DEEDS: Final = {
    "event",
    "external",
    "identify",
    "backend",
    "follow",
    "answer",
    "confirm",
    "unsubscribe",
    "visit",
    "texts",
    "opens",
}
ACT: Final = {*DEEDS, "at", "customer", "device", "properties", "context", "consents", "id", "time", "times", "every"}
LISTS: Final = ("messages", "content", "refusals", "events")
OUTCOME: Final = {*LISTS, "profile"}


class Unreadable(Exception):
    """A scenario is written wrongly; the text says where and how."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens: `deed` is its word, `value` what stands behind it."""

    at: datetime
    customer: str
    deed: str
    value: Any
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One sentence, who it is about, what happens and what exactly comes of it."""

    campaign: str
    number: int
    sentence: str
    customers: Mapping[str, Mapping[str, Any]]
    acts: tuple[Act, ...]
    then: Mapping[str, Any]
    since: datetime
    until: datetime

    def id(self, name: str) -> str:
        """The customer's or device's id in the shop, where everybody meets."""
        return f"{self.campaign}-{self.number}-{name}"


def scenarios(folder: Path = FOLDER) -> list[Scenario]:
    """Every scenario of every campaign."""
    return [found for file in sorted(folder.glob("*.yaml")) for found in _file(file)]


def _file(file: Path) -> Iterator[Scenario]:
    source = read(file, file.name)
    if source.problems:
        raise Unreadable(str(source.problems[0]))
    _known(source.data, {"scenarios"}, file.name)
    for number, told in enumerate(source.data["scenarios"], 1):
        yield _scenario(file.stem, number, told)


def _scenario(campaign: str, number: int, told: Mapping[str, Any]) -> Scenario:
    where = f"{campaign}.yaml, scenario {number}"
    _known(told, SCENARIO, where)
    customers = {name: given or {} for name, given in (told.get("customers") or {"ada": {}}).items()}
    for name, given in customers.items():
        _known(given, CUSTOMER, f"{where}, {name}")
    then = {name: told.get("then", {}).get(name) or ({} if name == "profile" else []) for name in OUTCOME}
    _known(told.get("then", {}), OUTCOME, f"{where}, then")
    for line in (line for name in LISTS for line in then[name]):
        if not isinstance(line, str):
            raise Unreadable(f"{where}: {line} has a colon, so it needs quotes around the line")
    acts = tuple(_acts(told.get("given") or [], next(iter(customers)), where))
    sinces = [moment(given["since"]) for given in customers.values() if "since" in given] + [act.at for act in acts]
    if not sinces:
        raise Unreadable(f"{where}: without anything given, a customer says since when it is known (since: …)")
    awaited = [moment(line[:16]) for name in LISTS for line in then[name]]
    until = moment(told["until"]) if "until" in told else max(sinces + awaited) + AFTERWARDS
    return Scenario(campaign, number, told["scenario"], customers, acts, then, min(sinces), until)


def _acts(given: list[dict[str, Any]], first: str, where: str) -> Iterator[Act]:
    at = moment(START)
    for line in given:
        _known(line, ACT, f"{where}, given")
        deeds = DEEDS & set(line)
        if len(deeds) != 1 or "at" not in line:
            raise Unreadable(f"{where}: {line} needs `at` and exactly one of {', '.join(sorted(DEEDS))}")
        at = moment(str(line["at"]), at)
        [deed] = deeds
        more = {name: value for name, value in line.items() if name not in {"at", "customer", deed, "times", "every"}}
        who = str(line.get("customer", "" if deed == "external" or "device" in line else first))
        for turn in range(int(line.get("times", 1))):
            again = {"id": f"{more['id']}-{turn}"} if "id" in more and turn else {}
            later = at + turn * span(line.get("every", "1m"))
            yield Act(later, who, deed, line[deed], {**more, **again})


def moment(text: str, after: datetime | None = None) -> datetime:
    """`2026-11-02 10:00` as the clocks in Copenhagen show it, or `10:00` on the day of the line before."""
    whole = f"{after:%Y-%m-%d} {text}" if after and len(text) == len("10:00") else text
    try:
        return datetime.strptime(whole, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    except ValueError:
        raise Unreadable(f"{text!r} is no moment like 2026-11-02 10:00") from None


def span(text: str) -> timedelta:
    """`5m`, `1h` or `1d`."""
    return timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[text[-1]]: int(text[:-1])})


def _known(told: Mapping[str, Any], words: set[str], where: str) -> None:
    if unknown := set(told) - words:
        raise Unreadable(f"{where}: {min(unknown)!r} is none of {', '.join(sorted(words))}")
