"""The playbook deployed on a shop that has been running: what nobody counted is unknown, and nobody is written to for it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import ROOT, Stack, compile_campaigns

FIRST = "2026-09-01T08:00:00Z"
DEPLOYED = "2026-11-20T10:00:00Z"
BEFORE = "order-confirmation"  # the one campaign of the days before
GRANTED = [
    {"topic": topic, "channel": "email", "state": "granted", "proof": "signed"} for topic in ("offers", "news")
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Ada, Bo and Cleo are known since September, Dora since the playbook is; then it is the evening of Black Friday."""
    folder = tmp_path_factory.mktemp("running") / "campaigns"
    shutil.copytree(ROOT / "campaigns", folder)
    for campaign in folder.glob("*/campaign.yaml"):
        if campaign.parent.name != BEFORE:
            campaign.write_text(campaign.read_text().replace("status: live", "status: draft"))
    stack = Stack.start(campaigns=folder, clock=VirtualClock(parse_moment(FIRST)))
    put(stack, "ada")
    put(stack, "bo", birthday="1990-11-22")
    put(stack, "cleo")
    for number in (1, 2):
        tell(stack, "bo", "order.placed", order_id=f"N-{number}", total=495)
    stack.advance_to(DEPLOYED)
    compile_campaigns(ROOT / "campaigns", stack._layer)
    stack.lambdas.close()
    stack.player.minute(stack.clock())  # its first sweep
    put(stack, "dora")
    for page in range(11):
        stack.advance("1h")
        tell(stack, "ada", "page.viewed", category="toys")
        if page < 3:
            tell(stack, "cleo", "page.viewed", category="toys")
            tell(stack, "dora", "page.viewed", category="toys")
    stack.advance_to("2026-11-27T20:00:00Z")
    yield stack
    stack.stop()


def put(stack: Stack, who: str, **attributes: Any) -> None:
    about = {"first_name": who.title(), "country": "DK", "locale": "en-GB", "timezone": "Europe/Copenhagen"}
    body = {
        "attributes": about | attributes, "addresses": {"email": f"{who}@shop.example"}, "consents": GRANTED
    }  # fmt: skip
    assert stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200


def tell(stack: Stack, who: str, type: str, **properties: Any) -> None:
    assert stack.post_events([{"type": type, "customer": who, "properties": properties}]).status == 202
    stack.settle()


def told(stack: Stack, campaign: str) -> set[tuple[str, str]]:
    """To whom the campaign has written what, and whom it has refused why."""
    sent = {(m["customer"], m["step"]) for m in stack.messages() if m["campaign"] == campaign}
    return sent | {
        (one["customer"], one["reason"])
        for one in stack.decisions() if one["campaign"] == campaign and one["outcome"] == "refused"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("campaign", "outcome"),
    [
        # eleven pages seen are eleven, whatever was before; three may be the last of eleven, unless one is new
        ("toys-interest", {("ada", "history_unknown"), ("ada", "send.keep-you-posted"),
                           ("cleo", "history_unknown"), ("dora", "not_in_audience")}),
        # counted for less than the week that an order would be asked about
        ("black-friday", {("ada", "history_unknown"), ("bo", "history_unknown"), ("cleo", "history_unknown"),
                          ("dora", "send.starts")}),
        # but for a segment of the policy was counted all the while: Bo has bought twice and then been away
        ("birthday", {("bo", "send.we-miss-you")}),
        # eighty days without a word, and yet nobody is missed on the first day
        ("lapsed", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_was_not_counted_is_not_known(shop: Stack, campaign: str, outcome: set[tuple[str, str]]) -> None:
    assert told(shop, campaign) == outcome
