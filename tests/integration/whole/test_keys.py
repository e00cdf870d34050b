"""Keys are made, listed, revoked and replaced by `kairos keys` while the deployed system goes on."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result

from local import key_lists
from local.reach import Reached
from local.stack import Stack

Run = Callable[..., Result]
LINK = re.compile(r"/u/[\w-]+")


@pytest.fixture
def run(command: Run) -> Run:
    return lambda *arguments: command("keys", *arguments)


def aged(stack: Stack) -> None:
    """As if a new key had been added five minutes earlier: the command line goes by the wall clock."""
    key_lists.change(Reached(None, None), "LinkKeySecret", lambda text: re.sub(r'"added": \d+', '"added": 1', text))
    stack.advance("5m")


def post(stack: Stack, key: str, kind: str = "hello") -> int:
    return stack.request("POST", "/v1/events", [{"type": kind, "customer": "ada"}], key=key).status


def create(run: Run, *arguments: str) -> str:
    ran = run("create", *arguments)
    assert ran.exit_code == 0, ran.output
    return str(ran.stdout.strip())


def test_a_key_is_replaced_by_a_new_one_and_both_open_until_the_old_one_is_revoked(whole: Stack, run: Run) -> None:
    old = create(run, "shop", "--scope", "ingest")
    assert post(whole, old) == 202, "a key opens as soon as it is made"
    new = create(run, "shop-2", "--scope", "ingest")
    whole.advance("30s")
    assert [post(whole, key) for key in (old, new)] == [202, 202]
    assert run("revoke", "shop", "--yes").exit_code == 0
    whole.advance("4m59s")
    assert post(whole, old) == 202, "known for five minutes at most"
    whole.advance("1s")
    assert [post(whole, key) for key in (old, new)] == [401, 202]


def test_each_scope_opens_its_doors(whole: Stack, run: Run) -> None:
    web = create(run, "web", "--scope", "browser-ingest", "--type", "page.viewed", "--type", "product.viewed")
    ask = create(run, "ask", "--scope", "decisions")
    admin = create(run, "backend", "--scope", "admin")
    assert [post(whole, web, kind) for kind in ("page.viewed", "order.placed")] == [202, 400]
    assert [post(whole, ask), post(whole, admin)] == [403, 202]
    customer = [
        whole.request("PUT", "/v1/customers/ada", {"attributes": {"a": 1}}, key=key).status for key in (web, ask, admin)
    ]
    assert customer == [403, 403, 200]


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
    run("link", "add")
    aged(whole)
    assert run("link", "use").exit_code == 0
    whole.advance("5m")
    new = link("bo")
    assert [whole.request("GET", one).status for one in (old, new)] == [200, 200]
    run("link", "retire", "--yes")
    whole.advance("5m")
    assert [whole.request("GET", one).status for one in (old, new)] == [404, 200]
