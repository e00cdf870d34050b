"""`python -m tests.soak`: a running `kairos dev` is told very many events over HTTP while much goes wrong; nothing may be lost."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

import yaml

from local.clock import iso, parse_moment
from tests.end_to_end.dev_client import ROOT, Dev
from tests.soak import weather
from tests.soak.account import Account, account
from tests.soak.clients import Clients
from tests.soak.traffic import beginning, cast, hours

KEPT = 13 * 86_400_000
"""Milliseconds: what was put aside later than that still lies in its queue, which keeps it for fourteen days."""
FLAT = 1.1
"""The memory of the last quarter over that of the second, each without the rows of its table."""
ROW = 0.0037
"""MB in which moto keeps a row of ours: measured on 3,000 messages."""


def main() -> int:
    """0 if everything accepted is accounted for, no marketing message went out twice, and memory stayed flat."""
    parser = argparse.ArgumentParser(prog="soak", description="Many events through kairos dev, with faults on.")
    parser.add_argument("--events", type=int, default=200_000, help="deliveries in all")
    parser.add_argument("--seed", type=int, default=1848)
    parser.add_argument("--minutes", type=float, default=0, help="stop telling after so many; 0 is never")
    asked = parser.parse_args()
    script = cast(asked.seed)
    dev = Dev("--clock", "virtual", "--start", iso(beginning(script)), patience=900)
    try:
        return _soak(dev, asked.events, asked.seed, asked.minutes * 60)
    finally:
        dev.stop()


def _soak(dev: Dev, events: int, seed: int, seconds: float) -> int:
    begun, clients, random, memory, rows, faults = time.monotonic(), Clients(dev), Random(f"weather/{seed}"), [], [], 0
    (table,) = dev.aws("dynamodb").list_tables()["TableNames"]
    clients.introduce(cast(seed).customers)
    for end, knocks in hours(seed, events):
        for fault in weather.hour(random):
            status, answer = dev.ask("POST", "/_local/faults", fault)
            assert status == 200, answer
            faults += fault["times"]
        clients.tell(knocks, end)
        status, answer = dev.ask("POST", "/_local/clock", {"to": iso(end)})
        assert status == 200, answer
        memory.append(_resident(dev.process.pid))
        rows.append(dev.aws("dynamodb").describe_table(TableName=table)["Table"]["ItemCount"])
        if (end // 3_600_000) % 6 == 0:
            _say(f"{clients.knocks:,} told, {_rate(clients, begun)}, {memory[-1]:.0f} MB, {rows[-1]:,} rows")
        if seconds and time.monotonic() - begun > seconds:
            break
    took, cpu = time.monotonic() - begun, _worked(dev.process.pid)
    now = dev.advance("8h")  # what is still to fail does: faults stay on to the end
    found = account(dev, parse_moment(now), _campaigns())
    _say(
        f"{clients.knocks:,} deliveries in {took / 60:.0f} min, {cpu / 60:.1f} of them the stack's own work on one core"
    )
    return _verdict(clients, found, memory, rows, faults, parse_moment(now))


def _campaigns() -> dict[str, bool]:
    """Names, and whether a campaign is marketing."""
    topics = yaml.safe_load((ROOT / "campaigns" / "policy.yaml").read_text())["topics"]
    told = {path.parent.name: yaml.safe_load(path.read_text()) for path in (ROOT / "campaigns").glob("*/campaign.yaml")}
    return {name: not topics.get(one.get("topic"), {}).get("transactional") for name, one in sorted(told.items())}


def _rate(clients: Clients, begun: float) -> str:
    return f"{clients.knocks / (time.monotonic() - begun):.0f} a second"


def _verdict(clients: Clients, found: Account, memory: list[float], rows: list[int], faults: int, now: int) -> int:
    lost = found.lost(clients.accepted)
    kept = {id for id, end in clients.put_aside.items() if end > now - KEPT}
    mislaid = found.lost(kept)
    quarters, kept_rows = _quarters(memory), _quarters(rows)
    beside = [mb - ROW * kept for mb, kept in zip(quarters, kept_rows, strict=True)]
    _say(
        f"accepted {len(clients.accepted):,} events; refused {clients.refused}; asked again {clients.asked_again} times"
    )
    _say(f"calls made to fail: {faults}; put aside, of the last days, {len(kept)} of {len(clients.put_aside)}")
    _say(
        f"archived {len(clients.accepted & found.archived):,}; aside { ({name: len(b) for name, b in found.aside.items()}) }"
    )
    _say(f"messages {dict(found.statuses)}; taken by providers {found.sent.total():,}; twice {+found.twice}")
    _say(f"decisions {dict(found.records.most_common(12))}")
    _say(
        f"memory by quarter {_listed(quarters)} MB; rows {_listed(kept_rows)}; memory beside them {_listed(beside)} MB"
    )
    _say(f"rows at the end {found.rows:,}")
    twice = {name: n for name, n in found.twice.items() if n and _campaigns()[name]}
    wrong = [
        *([f"marketing went out twice: {twice}"] if twice else []),
        *([f"{len(mislaid)} of {len(kept)} broken ones were not put aside: {sorted(mislaid)[:5]}"] if mislaid else []),
        *([f"{len(lost)} accepted events are nowhere: {sorted(lost)[:5]}"] if lost else []),
        *([f"{len(found.overdue)} are overdue: {found.overdue[:5]}"] if found.overdue else []),
        *([f"memory grew from {beside[1]:.0f} to {beside[3]:.0f} MB"] if beside[3] > FLAT * beside[1] else []),
    ]
    for line in wrong:
        _say(f"BROKEN {line}")
    return int(bool(wrong))


def _quarters(each_hour: Sequence[float]) -> list[float]:
    hours = len(each_hour)
    return [median(each_hour[hours * n // 4 : max(hours * (n + 1) // 4, 1)] or each_hour) for n in range(4)]


def _listed(figures: Sequence[float]) -> str:
    return ", ".join(f"{figure:,.0f}" for figure in figures)


def _resident(pid: int) -> float:
    """MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _worked(pid: int) -> float:
    """Seconds of CPU."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
