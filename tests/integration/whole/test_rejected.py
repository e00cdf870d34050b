"""`kairos rejected`: what is not understood, or not as agreed, is looked at, corrected, and replayed as once."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from local.aws.sources import queue_named
from local.clock import VirtualClock, parse_moment
from local.stack import ROOT, Stack

Run = Callable[..., Result]
POLICY = """
brand: {name: Nordlys, email: "Nordlys <hello@nordlys.example>", postal_address: "Strandgade 12"}
timezone: Europe/Copenhagen
topics: {service: {transactional: true}}
"""
THANKS = """
status: live
topic: service
trigger: {event: order.placed}
key: "{{ event.properties.order_id }}"
steps: [{send: {channel: email, template: thanks}}]
"""
MAIL = '---\nsubject: "Order {{ event.properties.order_id }}"\n---\n<p>Thank you.</p>'
BAD = {"type": "order.placed", "id": "o-1", "customer": "ada", "properties": {"order_id": "N-1", "total": "free"}}
ID = re.compile(r"^([0-9a-f-]{36})  ", re.MULTILINE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Campaigns that thank for an order, and beside them a contract that rejects."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(ROOT / "events" / "mapping", folder / "events" / "mapping")
    (folder / "events" / "schemas").mkdir()
    agreed = json.loads((ROOT / "events" / "schemas" / "order.placed.json").read_text()) | {"x-kairos-mode": "reject"}
    (folder / "events" / "schemas" / "order.placed.json").write_text(json.dumps(agreed))
    campaign = folder / "campaigns" / "thanks"
    campaign.mkdir(parents=True)
    (folder / "campaigns" / "policy.yaml").write_text(POLICY)
    (campaign / "campaign.yaml").write_text(THANKS)
    (campaign / "thanks.email.html").write_text(MAIL)
    return folder / "campaigns"


@pytest.fixture
def whole(shop: Path) -> Iterator[Stack]:
    stack = Stack.start(campaigns=shop, clock=VirtualClock(parse_moment("2026-05-04T08:00:00Z")))
    body = {"addresses": {"email": "ada@shop.example"}}
    assert stack.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    yield stack
    stack.stop()


@pytest.fixture
def run(command: Run, shop: Path) -> Run:
    return lambda *arguments: command("rejected", *arguments, "--campaigns", shop)


def lying(stack: Stack) -> int:
    return len(queue_named(stack.template.resolve.attributes["RejectedQueue", "QueueName"])._messages)


def post(stack: Stack, event: Any) -> dict[str, Any]:
    answer = json.loads(stack.post_events([event]).body)
    stack.settle()
    return dict(answer)


def put(stack: Stack, detail: Any, kind: str = "order.placed") -> None:
    stack.put_events([(kind, detail)])
    stack.settle()


def fixed(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "fixed.json"
    file.write_text(text)
    return file


def test_an_order_that_breaks_its_contract_is_listed_corrected_replayed_and_thanked_for_once(
    whole: Stack, run: Run, tmp_path: Path
) -> None:
    assert post(whole, BAD)["code"] == "contract"
    for _ in range(2):
        listed = run("list")
        assert re.search(r'order.placed  contract at properties.total: is not of type "number"$', listed.stdout, re.M)
        assert lying(whole) == 1, "looking takes nothing away"
    [id] = ID.findall(listed.stdout)
    assert "ada" not in listed.output + run("show", id).output, "and names nobody"
    refused = run("replay", id)
    assert (refused.exit_code, "still refused: contract at properties.total" in refused.output) == (1, True)
    assert (lying(whole), whole.messages()) == (1, [])
    text = run("show", id, "--body").stdout
    assert '"ada"' in text
    file = fixed(tmp_path, text.replace('"free"', "5"))
    for _ in range(2):
        run("replay", id, "--edit", file)
        whole.settle()
    assert (lying(whole), [m["subject"] for m in whole.messages()]) == (0, ["Order N-1"])
    post(whole, BAD | {"properties": {"order_id": "N-1", "total": 5}})
    assert len(whole.messages()) == 1, "the sender corrects it as well: the same event"


def test_what_came_by_the_bus_is_replayed_as_of_when_it_came(whole: Stack, run: Run, tmp_path: Path) -> None:
    put(whole, {"id": "o-2", "customer": {"id": "ada"}, "properties": {"order_id": "N-2", "total": "free"}})
    whole.advance("3d")
    [id] = ID.findall(run("list", "--reason", "contract", "--type", "order.placed").stdout)
    run("replay", id, "--edit", fixed(tmp_path, run("show", id, "--body").stdout.replace('"free"', "7")))
    whole.settle()
    assert lying(whole) == 0
    [decided] = [one for one in whole.decisions() if one["campaign"] == "thanks"]
    assert decided["reason"] == "expired", "three days later nobody is thanked for an order"


def test_a_correction_stays_the_same_event(whole: Stack, run: Run, tmp_path: Path) -> None:
    post(whole, BAD)
    [id] = ID.findall(run("list").stdout)
    other = run("show", id, "--body").stdout.replace('"free"', "5").replace("o-1", "o-9")
    said = run("replay", id, "--edit", fixed(tmp_path, other)).output
    assert "the id must stay 'o-1', and is 'o-9'" in said
    assert "the correction: must be JSON" in run("replay", id, "--edit", fixed(tmp_path, "{")).output
    assert lying(whole) == 1


def test_whoever_knows_better_lets_it_in_against_its_contract(whole: Stack, run: Run) -> None:
    post(whole, BAD)
    put(whole, {"id": "o-2", "customer": "ada", "properties": {"order_id": "N-2"}})
    assert run("replay", "--all", "--against-contract").stdout == "2 replayed, 0 still refused\n"
    whole.settle()
    assert sorted(m["subject"] for m in whole.messages()) == ["Order N-1", "Order N-2"]


def test_what_nobody_wants_is_thrown_away_and_nothing_else(whole: Stack, run: Run) -> None:
    post(whole, BAD)
    for number in range(12):
        whole.session.client("sqs").send_message(
            QueueUrl=whole.template.resolve.known["EventsQueue"], MessageBody=f"<order>{number}</order>"
        )
    whole.settle()
    asked = run("drop", "--all", "--reason", "bad_json")
    assert (asked.exit_code, lying(whole)) == (1, 13), "nobody said yes"
    assert "12 × bad_json" in asked.output and "Throw them away, for good?" in asked.output
    dropped = run("drop", "--all", "--reason", "bad_json", "--yes")
    assert (dropped.exit_code, dropped.stdout, lying(whole)) == (0, "12 thrown away\n", 1)
    [id] = ID.findall(run("list").stdout)
    assert run("drop", id, "--all", "--yes").exit_code == run("drop").exit_code == 2
    assert run("drop", id, "--yes").stdout == "1 thrown away\n"
    assert (run("drop", id, "--yes").exit_code, lying(whole)) == (1, 0)


def test_all_are_replayed_that_are_understood_by_now(whole: Stack, run: Run) -> None:
    put(whole, {"id": "b-1", "customer": {}}, "page.viewed")
    whole.session.client("sqs").send_message(
        QueueUrl=whole.template.resolve.known["RejectedQueue"],
        MessageBody=json.dumps(
            {"reason": "hot_customer", "message": "x", "body": '{"kairos": "wake", "customer": "ada"}'}
        ),
    )
    whole.session.client("sqs").send_message(
        QueueUrl=whole.template.resolve.known["EventsQueue"], MessageBody='{"\x1b[31m'
    )
    whole.settle()
    assert run("replay", "--all", "--reason", "hot_customer").stdout == "1 replayed, 0 still refused\n"
    listed = run("list")
    assert {line.split("  ")[3].split(":")[0] for line in listed.stdout.splitlines()} == {
        "bad_value at customer", "bad_json"
    }  # fmt: skip
    said = run("replay", "--all")
    assert (said.exit_code, said.stdout) == (1, "0 replayed, 2 still refused\n")
    assert "\x1b" not in listed.output + said.output


def test_it_is_said_which_of_them(whole: Stack, run: Run) -> None:
    both = ["--edit", "pyproject.toml"]
    for arguments in ([], ["--all", "some-id"], ["--all", *both], ["a", "b", *both]):
        assert run("replay", *arguments).exit_code == 2
    said = run("replay", "00000000-0000-0000-0000-000000000000")
    assert (said.exit_code, "is not there" in said.output) == (1, True)
