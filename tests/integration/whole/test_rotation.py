"""Keys are replaced by `kairos keys`, step by step, while the deployed system goes on."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result

from local.stack import Stack

Run = Callable[..., Result]
LINK = re.compile(r"/u/[\w-]+")


@pytest.fixture
def run(command: Run) -> Run:
    return lambda *arguments: command("keys", *arguments)


def aged(stack: Stack) -> None:
    """As if a new key had been added five minutes earlier: the command line goes by the wall clock."""
    client = stack.session.client("secretsmanager")
    for secret in client.list_secrets()["SecretList"]:
        text = client.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        client.put_secret_value(SecretId=secret["ARN"], SecretString=re.sub(r'"added": \d+', '"added": 1', text))
    stack.advance("5m")


def accepted(stack: Stack, key: str) -> bool:
    return stack.request("POST", "/v1/events", [{"type": "hello", "customer": "ada"}], key=key).status == 202


def test_a_write_key_is_replaced_and_the_old_one_is_refused_only_when_it_is_retired(whole: Stack, run: Run) -> None:
    new = re.search(r"write: (\S+) is accepted", run("add", "write", "--show").output)
    assert new
    assert accepted(whole, "dev-write-key")
    aged(whole)
    assert accepted(whole, new[1]) and accepted(whole, "dev-write-key")
    assert run("use", "write").exit_code == 0
    whole.advance("5m")
    assert accepted(whole, new[1]) and accepted(whole, "dev-write-key")
    assert run("retire", "write", "--yes").exit_code == 0
    whole.advance("4m59s")
    assert accepted(whole, "dev-write-key"), "known for five minutes at most"
    whole.advance("1s")
    assert accepted(whole, new[1]) and not accepted(whole, "dev-write-key")


def test_links_of_before_work_until_their_key_is_retired(whole: Stack, run: Run) -> None:
    def link(who: str) -> str:
        news = [{"topic": "offers", "channel": "email", "state": "granted"}]
        body = {"addresses": {"email": f"{who}@shop.example"}, "consents": news}
        assert whole.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200
        cart = {"cart_id": who, "total": 99.0, "items": [{"name": "Lamp", "price": 99.0, "quantity": 1}]}
        assert whole.post_events([{"type": "cart.updated", "customer": who, "properties": cart}]).status == 202
        whole.advance("2h")
        [text] = [str(m["html"]) for m in whole.messages() if m["customer"] == who]
        return str(LINK.findall(text)[-1])

    old = link("ada")
    run("add", "link")
    aged(whole)
    assert run("use", "link").exit_code == 0
    whole.advance("5m")
    new = link("bo")
    assert [whole.request("GET", one).status for one in (old, new)] == [200, 200]
    run("retire", "link", "--yes")
    whole.advance("5m")
    assert [whole.request("GET", one).status for one in (old, new)] == [404, 200]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([["use", "link"]], "add one first"),
        ([["add", "link"], ["use", "link"]], "not everybody knows the new key yet"),
        ([["add", "link"], ["add", "link"]], "use it first"),
        ([["retire", "link", "--yes"]], "no earlier key"),
    ],
)
def test_a_step_out_of_turn_is_refused_and_changes_nothing(run: Run, steps: list[list[str]], said: str) -> None:
    *before, last = steps
    for step in before:
        assert run(*step).exit_code == 0
    listed = run("list").output
    refused = run(*last)
    assert refused.exit_code == 1 and said in refused.output
    assert run("list").output == listed


def test_a_list_of_keys_shows_none(run: Run) -> None:
    output = run("list").output
    assert len(output.splitlines()) == 3
    assert "dev-write-key" not in output
