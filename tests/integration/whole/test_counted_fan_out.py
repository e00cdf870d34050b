"""What reaching an audience costs, counted on the deployed template: an occurrence, a page of it, a customer on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

POLICY: Final = """
brand: {name: Nordlys, email: "Nordlys <hello@nordlys.example>", postal_address: "Strandgade 12"}
timezone: Europe/Copenhagen
topics: {service: {transactional: true}}
attributes: {indexed: [of]}
"""
DOCS: Final = Path(__file__).parents[3] / "docs" / "architecture.md"
CAMPAIGN: Final = """
status: live
topic: service
trigger: {{external: {name}}}
audience: [attributes: {{of: ["{{{{ event.properties.whom }}}}"], likes: [{likes}]}}]
steps: [{step}]
"""
CAMPAIGNS: Final = {
    "refused": {"likes": "false", "step": "exit"},
    "entered": {"likes": "true", "step": "{tag: reached}"},
    "sent": {"likes": "true", "step": "{send: {channel: sms, template: hello}}"},
}
AUDIENCES: Final = {"nobody": 0, "ten": 10, "twenty": 20, "a page": 50, "two pages": 150}
"""How many stand there; everybody in all that are as large."""

TABLE: Final = {
    # what: the campaign, one audience and a larger one, so many of it are between them,
    # and what each of them asks for; units read and written; dollars a million
    "an occurrence": ("refused", "", "nobody", 1, {
        "dynamodb.PutItem": 2, "dynamodb.BatchGetItem": 1, "dynamodb.Query": 16, "dynamodb.UpdateItem": 2,
        "sqs.SendMessageBatch": 1, "sqs.GetQueueAttributes": 2, "firehose.PutRecord": 1,
    }, 18, 6, 7.74),
    "a page of a hundred": ("refused", "a page", "two pages", 1, {
        "dynamodb.BatchGetItem": 1, "dynamodb.UpdateItem": 1, "sqs.SendMessageBatch": 1,
    }, 100, 1, 14.21),
    "a customer who is refused": ("refused", "a page", "two pages", 100, {
        "dynamodb.BatchGetItem": 0.01, "dynamodb.UpdateItem": 0.01, "sqs.SendMessageBatch": 0.01,
    }, 1, 0.01, 0.14),
    "a customer who enters": ("entered", "ten", "twenty", 10, {"dynamodb.TransactWriteItems": 1}, 1, 4, 2.64),
    "a customer who is sent a message": ("sent", "ten", "twenty", 10, {
        "dynamodb.TransactWriteItems": 2, "dynamodb.BatchGetItem": 1, "dynamodb.UpdateItem": 1, "sns.Publish": 1,
        "sqs.SendMessageBatch": 0.1, "firehose.PutRecord": 0.1,
    }, 6, 15, 10.71),
}  # fmt: skip


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A shop of 150, of whom everything is known and every function is warm."""
    made = Stack.start(
        campaigns=shop(tmp_path_factory.mktemp("c")), clock=VirtualClock(parse_moment("2026-11-26T08:00:00Z"))
    )
    for number in range(max(AUDIENCES.values())):
        attributes = {"of": [name for name, size in AUDIENCES.items() if number < size], "likes": True}
        body: dict[str, Any] = {"attributes": attributes, "addresses": {"phone": "+4520123456"}}
        assert made.request("PUT", f"/v1/customers/c{number:03}", body, key="dev-admin-key").status == 200
    for name in CAMPAIGNS:
        spent(made, name, "ten")
    yield made
    made.stop()


def shop(folder: Path) -> Path:
    (folder / "policy.yaml").write_text(POLICY)
    for name, about in CAMPAIGNS.items():
        (folder / name).mkdir()
        (folder / name / "campaign.yaml").write_text(CAMPAIGN.format(name=name, **about))
        (folder / name / "hello.sms.txt").write_text("Hello")
    return folder


def spent(stack: Stack, campaign: str, whom: str) -> dict[str, float]:
    """What one occurrence asks for, by request, unit and dollar."""
    if not whom:
        return {}
    before = counted(stack)
    stack.put_events([(campaign, {"properties": {"whom": whom}})])
    stack.settle()
    return {name: count - before.get(name, 0) for name, count in counted(stack).items()}


def counted(stack: Stack) -> dict[str, float]:
    stack.settle()
    costs = stack.costs()
    found = {f"{service}.{name}": n for service, names in costs["requests"].items() for name, n in names.items()}
    units = {f"units {name}": n for name, n in costs["capacity"].items()}
    return {**found, **units, "dollars": costs["price"]["usd"]}


@pytest.mark.parametrize("what", TABLE)
def test_reaching_an_audience_costs(stack: Stack, what: str) -> None:
    campaign, less, more, times, requests, read, write, dollars = TABLE[what]
    small, large = spent(stack, campaign, less), spent(stack, campaign, more)
    each = {name: (count - small.get(name, 0)) / times for name, count in large.items()}
    assert each.pop("dollars") * 1e6 == pytest.approx(dollars, rel=0.02)
    assert (each.pop("units read"), each.pop("units write")) == (read, write)
    assert {name: count for name, count in each.items() if count} == requests


@pytest.mark.parametrize("what", [what for what in TABLE if what.startswith("a customer")])
def test_what_a_million_customers_cost_is_told(what: str) -> None:
    assert f"| {what} | ${TABLE[what][-1]:.2f} |" in DOCS.read_text()
