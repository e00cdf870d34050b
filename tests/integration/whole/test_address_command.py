"""`kairos address`: an address looked at, closed and opened, against the deployed system."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from local.stack import Stack

Run = Callable[..., Result]
MAIL, NUMBER = "ada@shop.example", "+45 20 12 34 56"


@pytest.fixture
def run(command: Run) -> Run:
    return lambda *arguments: command("address", *arguments)


def put(stack: Stack) -> None:
    body = {"addresses": {"email": MAIL, "phone": NUMBER}}
    assert stack.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200


def orders(stack: Stack, id: str) -> list[str]:
    """By which channels she is thanked, by mail if possible."""
    before = len(stack.messages())
    stack.post_events([{"type": "order.placed", "customer": "ada", "properties": {"order_id": id}}])
    stack.settle()
    return [m["channel"] for m in stack.messages()[before:]]


def suppressed(stack: Stack) -> list[str]:
    return list(json.loads(stack.request("GET", "/v1/customers/ada", key="dev-admin-key").body)["suppressed"])


def test_what_is_closed_by_hand_is_written_to_only_when_it_is_opened(whole: Stack, run: Run) -> None:
    put(whole)
    assert run("show", MAIL).output == "email     open\n  ada\n"
    assert run("close", f" {MAIL.upper()}").output.endswith("1 closed\n")
    whole.settle()
    assert "email     closed since 20" in run("show", MAIL).output
    assert ": by_hand\n  ada\n" in run("show", MAIL).output
    assert (orders(whole, "1"), suppressed(whole)) == (["sms"], ["email"])
    assert run("open", MAIL).output == "email open\n"
    whole.settle()
    assert (orders(whole, "2"), suppressed(whole)) == (["email"], [])


def test_a_list_of_another_provider_is_closed_before_anybody_has_these_addresses(
    whole: Stack, run: Run, tmp_path: Path
) -> None:
    listed = tmp_path / "suppressed.txt"
    listed.write_text(f"bob@shop.example\r\n\r\n004520123456\n{MAIL}\n", "utf-8-sig")
    assert run("close", "--from", listed).output.endswith("4 closed\n"), "a number is one for texts and WhatsApp"
    put(whole)
    assert orders(whole, "1") == []
    assert [line.split(":")[-1].strip() for line in run("show", NUMBER).output.splitlines()] == [
        "by_hand",
        "ada",
        "by_hand",
    ]


def test_who_said_stop_or_spam_is_not_opened_by_an_operator(whole: Stack, run: Run) -> None:
    put(whole)
    whole.receive_text("+4520123456", "STOP")
    whole.settle()
    refused = run("open", NUMBER)
    assert (refused.exit_code, "sms stays closed: its owner said STOP" in refused.output) == (1, True)
    assert "whatsapp open" in refused.output
    assert suppressed(whole) == ["sms"]


NO_ADDRESS = (
    (("show", "20123456"), "address: must be a phone number with its country"),
    (("show", "ada@"), "address: must be an e-mail address"),
    (("close", MAIL, "--channel", "sms"), "address: must be one for sms"),
    (("close",), "one ADDRESS, or --from FILE"),
    (("close", "--from", "LIST"), "LIST:2: address: must be an e-mail address"),
    (("close", "--from", "LIST", "--channel", "sms"), "LIST:1: address: must be one for sms"),
)


def test_what_is_no_address_is_said_and_closes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("LIST").write_text(f"{MAIL}\n@nowhere\n")
    for arguments, said in NO_ADDRESS:
        ran = run(*arguments)
        assert (ran.exit_code in (1, 2), said in ran.output) == (True, True), ran.output
    assert run("show", MAIL).output == "email     open\n"
