"""`kairos consents` against the deployed system: from a form to the page that confirms and out again, each with its evidence."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from local.stack import Stack

Kairos = Callable[..., Result]
ENGLISH = {"content-type": "application/x-www-form-urlencoded", "accept-language": "en"}
ASKED = {"topic": "news", "channel": "email", "state": "granted", "source": "form 7", "wording": "v3: News?"}
VISITOR = {"topic": "offers", "channel": "sms", "state": "granted", "source": "pop-up"}


def press(stack: Stack, page: str, body: bytes = b"") -> str:
    """The button of a page; what it says then."""
    stack.advance("1m")
    answer = stack.request("POST", page, body, ENGLISH)
    assert answer.status == 200
    return str(answer.body.decode())


def link(html: str, door: str) -> str:
    return str(re.findall(rf"/{door}/[\w-]+", html)[0])


@pytest.fixture
def ada(whole: Stack) -> Stack:
    """Agreed to something as a visitor, asked for news in a form, confirmed by mail, and left in the preference centre."""
    visit = {"type": "pop-up.closed", "customer": {"anonymous_id": "d1"}, "consents": [VISITOR]}
    assert whole.post_events([visit]).status == 202
    whole.settle()
    who = {"userId": "ada", "anonymousId": "d1", "traits": {}}
    assert whole.request("POST", "/v1/identify", who).status == 200
    whole.settle()
    whole.advance("1m")
    known = {"addresses": {"email": "ada@example.com"}, "consents": [ASKED]}
    assert whole.request("PUT", "/v1/customers/ada", known, key="dev-admin-key").status == 200
    whole.settle()
    (mail,) = whole.messages()
    page = press(whole, link(mail["html"], "c"))
    press(whole, link(page, "p"), b"shown=en&was=&was=news/email&do=save")
    return whole


def told(command: Kairos) -> Any:
    ran = command("consents", "ada", "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.output)


def test_every_word_is_kept_with_its_source_its_wording_and_its_proof(ada: Stack, command: Kairos) -> None:
    found = told(command)
    assert [(row["topic"], row["channel"], row["state"]) for row in found["standing"]] == [
        ("news", "email", "withdrawn"),
        ("offers", "sms", "granted"),
    ]
    visitor, asked, confirmed, left = found["words"]
    assert (visitor["as"], visitor["source"]) == ("anonymous:d1", "pop-up")
    assert (asked["source"], asked["wording"], "proof" in asked) == ("form 7", "v3: News?", False)
    message = confirmed["proof"]
    assert (confirmed["source"], confirmed["event"]) == ("confirmation", f"{message}.confirmed")
    assert re.fullmatch(
        r"confirm\.en\.[0-9a-f]{8}: I would like to get “News” from Nordlys by e-mail\. I can stop it at any time\.",
        confirmed["wording"],
    )
    assert (left["state"], left["source"]) == ("withdrawn", "preferences")


def test_it_can_be_read_by_whoever_asks(ada: Stack, command: Kairos) -> None:
    lines = command("consents", "ada").output.splitlines()
    assert lines[0] == "ada now"
    assert re.fullmatch(r"  news/email  withdrawn, since \S+Z", lines[1])
    assert lines[2].startswith("  offers/sms  granted, since ")
    assert "      source   form 7" in lines and "      wording  v3: News?" in lines
    assert any(line.endswith("offers/sms granted as anonymous:d1") for line in lines)


def test_of_nobody_there_is_none_and_it_says_so(whole: Stack, command: Kairos) -> None:
    ran = command("consents", "nobody")
    assert (ran.exit_code, ran.output) == (1, "Error: nobody is known as 'nobody'\n")


def test_of_somebody_who_was_forgotten_there_is_none_any_more(whole: Stack, command: Kairos) -> None:
    whole.request("PUT", "/v1/customers/bo", {"consents": [ASKED]}, key="dev-admin-key")
    assert command("consents", "bo").exit_code == 0
    assert whole.request("DELETE", "/v1/customers/bo", None, key="dev-admin-key").status == 202
    whole.settle()
    ran = command("consents", "bo")
    assert (ran.exit_code, ran.output) == (1, "Error: nobody is known as 'bo'\n")
