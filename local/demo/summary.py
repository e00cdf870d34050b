"""Counts what the embedded AWS holds: archive in S3, outbox, table, requests. Nothing comes from the script."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.costs import DOLLARS
from local.stack import Stack


@dataclass
class Tally:
    """One campaign's numbers."""

    entered: int = 0
    sent: Counter[str] = field(default_factory=Counter)  # by channel
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    deferred: int = 0
    in_doubt: int = 0
    goals: int = 0

    def line(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "entered": self.entered, "sent": dict(self.sent), "refused": dict(self.refused.most_common()),
            "deferred": self.deferred, "in_doubt": self.in_doubt, "goals": self.goals,
        }  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """What there is to see."""

    heard: Counter[str]  # lines of events in the archive, by type
    own: Counter[str]  # those that Kairos made itself: receipts, clicks, answers
    distinct: int
    customers: int
    campaigns: Mapping[str, Tally]
    messages: list[dict[str, Any]]  # with `raw`, what the provider was given
    decisions: list[dict[str, Any]]
    costs: Mapping[str, Any]
    requests: int
    per_million: float  # dollars per million events, without what the providers take for a message

    def line(self) -> dict[str, Any]:
        """As JSON, without messages and decisions."""
        return {
            "events": {
                "heard": self.heard.total(), "distinct": self.distinct, "by_type": dict(self.heard.most_common()),
                "own": dict(self.own.most_common()),
            },
            "customers": self.customers, "messages": len(self.messages),
            "campaigns": {name: tally.line() for name, tally in self.campaigns.items()},
            "costs": {**self.costs, "requests_total": self.requests, "usd_per_million_events": self.per_million},
        }  # fmt: skip


def summarise(stack: Stack) -> Summary:
    """Everything, counted now."""
    costs = stack.costs()
    lines = stack.archive.lines()
    archived = [line["event"] for line in lines if "event" in line]
    events = [event for event in archived if not event.get("own")]
    messages = _messages(stack)
    heard = Counter(str(event["type"]) for event in events)
    mails = sum(message["channel"] == "email" for message in messages)
    dollars = costs["price"]["usd"] - mails * DOLLARS["ses"]
    return Summary(
        heard=heard,
        own=Counter(str(event["type"]) for event in archived if event.get("own")),
        distinct=len({event["id"] for event in events}),
        customers=_customers(stack),
        campaigns=tally(messages, (line["record"] for line in lines if "record" in line)),
        messages=messages,
        decisions=stack.decisions(),
        costs=costs,
        requests=sum(sum(operations.values()) for operations in costs["requests"].values()),
        per_million=round(dollars / max(heard.total(), 1) * 1e6, 2),
    )


def tally(messages: Iterable[Mapping[str, Any]], records: Iterable[Mapping[str, Any]]) -> dict[str, Tally]:
    """Per campaign: sent as the providers have it, the rest as the archive's records have it."""
    campaigns: dict[str, Tally] = {}
    for message in messages:
        campaigns.setdefault(message["campaign"], Tally()).sent[message["channel"]] += 1
    for record in records:
        row = campaigns.setdefault(record["campaign"], Tally())
        match record["outcome"]:
            case "entered":
                row.entered += 1
            case "refused":
                row.refused[record["reason"]] += 1
            case "deferred":
                row.deferred += 1
            case "in_doubt":
                row.in_doubt += 1
            case "goal":
                row.goals += 1
    return {name: campaigns[name] for name in sorted(campaigns) if name}


def _messages(stack: Stack) -> list[dict[str, Any]]:
    owners = stack.places().owners
    return [{**sent.line(lambda message: owners.get(message, "")), "raw": sent.raw} for sent in stack.providers.sent]


def _customers(stack: Stack) -> int:
    pages = stack.session.client("dynamodb").get_paginator("scan").paginate(
        TableName=stack.physical("AWS::DynamoDB::Table")[0], Select="COUNT", FilterExpression="sk = :state",
        ExpressionAttributeValues={":state": {"S": "S"}},
    )  # fmt: skip
    return sum(page["Count"] for page in pages)
