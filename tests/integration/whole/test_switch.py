"""`kairos stop` and `kairos resume` against the deployed system."""

from collections.abc import Callable

import pytest
from click.testing import Result

from local.stack import Stack


@pytest.mark.parametrize("named", [(), ("--channel", "email"), ("--campaign", "welcome")])
def test_what_is_stopped_waits_and_goes_when_it_is_resumed(
    whole: Stack, command: Callable[..., Result], named: tuple[str, ...]
) -> None:
    body = {"addresses": {"email": "ada@shop.example"}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    assert command("stop", *named).exit_code == 0
    whole.post_events([{"type": "customer.registered", "customer": "ada"}])
    whole.advance("2h")
    assert whole.messages() == []
    assert command("resume", *named).exit_code == 0
    whole.settle()
    assert [m["campaign"] for m in whole.messages()] == ["welcome"]


def test_a_stack_that_is_not_there_is_said_so(whole: Stack, command: Callable[..., Result]) -> None:
    ran = command("stop", "--stack", "elsewhere")
    assert (ran.exit_code, "stack elsewhere does not answer" in ran.output) == (1, True)
