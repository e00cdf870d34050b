"""`kairos keys` by itself: what it lists, and what it refuses."""

import re
from collections.abc import Callable, Iterator

import boto3
import click
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from kairos.domain.access import parse
from local import key_lists
from local.aws.deploy import LOCAL_KEYS, local_keys
from local.aws.names import STACK
from local.cli import kairos
from local.reach import Reached

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://secretsmanager.eu-west-1.amazonaws.com")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name=f"{STACK}-KeysSecret", SecretString=local_keys())
        client.create_secret(Name=f"{STACK}-LinkKeySecret", SecretString="a link key of some length")
        yield lambda *arguments: CliRunner().invoke(kairos, ["keys", *arguments])


def test_a_key_is_shown_once_and_listed_by_name_scope_and_types(run: Run) -> None:
    key = run("create", "web", "--scope", "browser-ingest", "--type", "page.viewed").stdout.strip()
    listed = run("list").output
    assert [line.split()[0] for line in listed.splitlines()] == [*LOCAL_KEYS, "web"]
    assert re.search(r"web +[0-9a-f]{8}  browser-ingest  \S+Z +100/s  page.viewed$", listed, re.MULTILINE)
    assert key not in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "dev-write-key", "--scope", "ingest"], "there is a key dev-write-key already"),
        (["create", "web", "--scope", "browser-ingest"], "names the types"),
        (["create", "shop", "--scope", "ingest", "--type", "a"], "and no other"),
        (["revoke", "nobody", "--yes"], "there is no key nobody"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(run: Run, arguments: list[str], said: str) -> None:
    listed = run("list").output
    refused = run(*arguments)
    assert refused.exit_code == 1 and said in refused.output
    assert run("list").output == listed


def test_of_two_who_change_the_keys_at_once_one_is_told_to_try_again(run: Run) -> None:
    reached = Reached(None, None)

    def slow(text: str) -> str:
        key_lists.change(reached, "KeysSecret", lambda held: parse(held).revoke("dev-write-key").text())
        return parse(text).revoke("dev-admin-key").text()

    with pytest.raises(click.ClickException, match="try again"):
        key_lists.change(reached, "KeysSecret", slow)
    left = parse(key_lists.read(reached, "KeysSecret")).keys
    assert [key.name for key in left] == ["dev-admin-key"], "revoked stays revoked"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([["use"]], "add one first"),
        ([["add"], ["use"]], "not everybody knows the new key yet"),
        ([["add"], ["add"]], "use it first"),
        ([["retire", "--yes"]], "no earlier key"),
    ],
)
def test_a_step_out_of_turn_is_refused_and_changes_nothing(run: Run, steps: list[list[str]], said: str) -> None:
    *before, last = steps
    for step in before:
        assert run("link", *step).exit_code == 0
    listed = run("link", "list").output
    refused = run("link", *last)
    assert refused.exit_code == 1 and said in refused.output
    assert run("link", "list").output == listed
