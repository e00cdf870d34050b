"""`kairos stop` and `kairos resume` against the deployed system."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result

from kairos.adapters.dynamodb import items
from local.stack import Stack

MAIL = "ada@shop.example"


@pytest.mark.parametrize("named", [(), ("--channel", "email"), ("--campaign", "welcome")])
def test_what_is_stopped_waits_and_goes_when_it_is_resumed(
    whole: Stack, command: Callable[..., Result], named: tuple[str, ...]
) -> None:
    body = {"addresses": {"email": MAIL}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    assert command("stop", *named).exit_code == 0
    whole.post_events([{"type": "customer.registered", "customer": "ada"}])
    whole.advance("2h")
    assert whole.messages() == []
    assert command("resume", *named).exit_code == 0
    whole.settle()
    assert [m["campaign"] for m in whole.messages()] == ["welcome"]


def test_what_is_stopped_is_told_and_stays_so_until_it_is_named(whole: Stack, command: Callable[..., Result]) -> None:
    assert command("stop", "--list").output == "nothing is stopped\n"
    for named in ((), ("--channel", "sms"), ("--campaign", "welcome")):
        command("stop", *named)
    whole.session.client("dynamodb").update_item(
        TableName=whole.table.name, Key={"pk": {"S": "K"}, "sk": {"S": "control"}},
        UpdateExpression="SET #circuit = :until, #past = :past",
        ExpressionAttributeNames={"#circuit": items.circuit("email"), "#past": items.circuit("push")},
        ExpressionAttributeValues={":until": {"N": str(whole.clock() + 60_000)}, ":past": {"N": str(whole.clock())}},
    )  # fmt: skip
    standing = ["campaign:welcome", "channel:sms", "circuit:email until 2026-05-04T08:01:00Z"]
    assert command("stop", "--list").output.splitlines() == ["all", *standing]
    ran = command("resume")
    assert ran.stdout == "resumed: all\n"
    assert ran.stderr == f"still stopped: {', '.join(standing)}\n"


def test_a_name_that_no_campaign_has_is_told_and_stopped_all_the_same(
    whole: Stack, command: Callable[..., Result]
) -> None:
    ran = command("stop", "--campaign", "welcom")
    assert (ran.exit_code, ran.stdout) == (0, "stopped: campaign:welcom\n")
    assert ran.stderr == "there is no welcom in campaigns/ here; did you mean 'welcome'?\n"
    assert command("stop", "--campaign", "welcome").stderr == ""


def test_a_table_that_turns_a_command_away_is_said_in_a_line(whole: Stack, command: Callable[..., Result]) -> None:
    whole.session.client("dynamodb").delete_table(TableName=whole.table.name)
    for asked in (("stop",), ("consents", "ada"), ("address", "show", MAIL)):
        ran = command(*asked)
        assert (ran.exit_code, ran.output.count("\n")) == (1, 1), ran.output
        assert re.match(r"Error: AWS does not \w+: ResourceNotFoundException: ", ran.output)


def test_the_region_is_found_where_the_aws_command_line_finds_it(
    whole: Stack, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert "You must specify a region" in command("stop", "--list", "--stack", "kairos").output
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert command("stop", "--list", "--stack", "kairos").output == "nothing is stopped\n"


def test_a_stack_that_is_not_there_is_said_so(whole: Stack, command: Callable[..., Result]) -> None:
    ran = command("stop", "--stack", "elsewhere")
    assert (ran.exit_code, "stack elsewhere does not answer" in ran.output) == (1, True)
