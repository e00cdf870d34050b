"""Who was erased is nowhere: not in the table, a queue, the bucket or a log; what comes afterwards is somebody new."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from kairos.domain.tokens import Answer, Confirm, Keyring, sign
from local.aws.names import STACK
from local.aws.sizes import item_json
from local.aws.template import ACCOUNT, REGION
from local.clock import VirtualClock, parse_moment
from local.stack import Stack

ADMIN = "dev-admin-key"
WHO, DEVICE, MAIL, PHONE = "canary-id-7f3a", "canary-device-7f3a", "canary-mail-7f3a@shop.example", "+4520137311"
OTHERS = ("canary-id-7f3", "anna")
CANARIES = ("7f3a", "20137311")
"""In every value there is of the person."""


def facts(**more: Any) -> dict[str, Any]:
    return {
        "attributes": {"first_name": "canary-name-7f3a", "country": "DK", "region": "canary-region-7f3a"},
        "addresses": {"email": MAIL, "phone": PHONE, "whatsapp": PHONE},
        "consents": [{"topic": "offers", "channel": "email", "state": "granted", "proof": "canary-proof-7f3a"}],
        **more,
    }


def cart(who: Any, id: str = "e1") -> dict[str, Any]:
    item = {"name": "canary-item-7f3a", "price": 49.5, "quantity": 1, "product_id": "canary-product-7f3a"}
    return {
        "type": "cart.updated", "id": f"canary-{id}-7f3a", "customer": who,
        "properties": {"cart_id": f"canary-cart-{id}-7f3a", "total": 49.5, "items": [item], "note": "canary-long-7f3a " * 30},
    }  # fmt: skip


def put(stack: Stack, who: str = WHO) -> int:
    return stack.request("PUT", f"/v1/customers/{who}", facts(), key=ADMIN).status


def erase(stack: Stack, who: str = WHO) -> None:
    assert stack.request("DELETE", f"/v1/customers/{who}", key=ADMIN).status == 202
    stack.settle()


def lay(stack: Stack, part: str, body: Any) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    stack.session.client("sqs").send_message(QueueUrl=stack.template.resolve.known[part], MessageBody=text)


def everything(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Every item of every table, every message of every queue, every version of every object, by where it is."""
    for item in stack.table.all_items():
        told = item_json(item)
        where = f"item {told['pk']['S']} {told['sk']['S']}"
        yield where, json.dumps(told, default=str).encode()
        yield from ((where, value.value) for value in item.attrs.values() if isinstance(value.value, bytes))
    for name, queue in sqs_backends[ACCOUNT][REGION].queues.items():
        yield from ((f"queue {name}", message.body.encode()) for message in queue._messages)
    for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
        for key in bucket.keys:
            for version in bucket.keys.getlist(key):
                data = getattr(version, "value", b"")  # a delete marker has none
                yield f"object {key}", gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def canaries(stack: Stack) -> list[str]:
    return [where for where, text in everything(stack) if any(c.encode() in text for c in CANARIES)]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def shop(lines: list[str]) -> Iterator[Stack]:
    """Somebody with a past: a device that turned out to be theirs, a mail that went out, a cart under way."""
    stack = Stack.start(clock=VirtualClock(parse_moment("2026-05-04T08:00:00Z")), log=lines.append)
    live(stack)
    yield stack
    stack.stop()


def live(stack: Stack) -> None:
    viewed = {"product_id": "canary-product-7f3a", "category": "toys"}
    stack.post_events(
        [{"type": "product.viewed", "id": f"v{n}", "customer": {"anonymous_id": DEVICE}, "properties": viewed} for n in range(12)]
    )  # fmt: skip
    stack.settle()
    assert put(stack) == 200
    for other in OTHERS:
        assert stack.request("PUT", f"/v1/customers/{other}", {"addresses": {"email": f"{other}@b.example"}}, key=ADMIN)
    body = {"userId": WHO, "anonymousId": DEVICE, "traits": {"email": MAIL, "name": "canary-trait-7f3a"}}
    assert stack.request("POST", "/v1/identify", body).status == 200
    stack.post_events([cart(WHO), {"type": "page.viewed", "id": "annas", "customer": "anna"}])
    stack.advance("2h")
    assert mails(stack) == ["abandoned-cart"]
    stack.post_events([{"type": "page.viewed", "customer": {"email": MAIL}, "properties": {"url": "canary-7f3a"}}])
    stack.post_events([cart(WHO, "e2")])
    stack.advance("1m")


def mails(stack: Stack) -> list[str]:
    return [m["campaign"] for m in stack.messages() if m["to"] == MAIL]


def letters(stack: Stack, part: str) -> list[Any]:
    name = stack.template.resolve.attributes[part, "QueueName"]
    return list(sqs_backends[ACCOUNT][REGION].queues[name]._messages)


def known(stack: Stack, who: str) -> Any:
    answer = stack.request("GET", f"/v1/customers/{who}", key=ADMIN)
    return json.loads(answer.body) if answer.status == 200 else None


def late(stack: Stack, received: int) -> None:
    """All that was received before comes once more, heard of by a definition or not, by whatever name of theirs."""
    for number, ref in enumerate(({"id": WHO}, {"anonymous_id": DEVICE}, {"email": MAIL})):
        for kind in ("cart.updated", "nobody.hears.this"):
            event = {**cart(ref, f"{number}{kind}"), "type": kind, "time": received, "received": received}
            lay(stack, "EventsQueue", {"kairos": "event", "event": event})
    stack.settle()


def test_an_export_has_all_of_it(shop: Stack) -> None:
    answer = shop.request("GET", f"/v1/customers/{WHO}/export", key=ADMIN)
    told = json.loads(answer.body)
    assert answer.status == 200
    assert told["customer"]["id"] == WHO
    assert told["profile"]["attributes"]["backend"]["first_name"]["value"] == "canary-name-7f3a"
    assert told["profile"]["attributes"]["backend"]["first_name"]["time"].startswith("2026-05-04T08:00")
    assert told["consents"][0]["consent"]["proof"] == "canary-proof-7f3a"
    assert [m["status"] for m in told["messages"] if m["campaign"] == "abandoned-cart"] == ["sent"]
    assert [each["id"] for each in told["identities"]] == [f"anonymous:{DEVICE}"]
    assert {each["campaign"] for each in told["entries"]} >= {"abandoned-cart"}
    assert shop.request("GET", "/v1/customers/nobody/export", key=ADMIN).status == 404
    assert shop.request("GET", f"/v1/customers/{WHO}/export").status == 403


def test_who_was_erased_is_found_nowhere_and_comes_back_only_as_somebody_new(shop: Stack, lines: list[str]) -> None:
    [mail] = [m for m in shop.messages() if m["to"] == MAIL]
    received, others = shop.clock(), [known(shop, other) for other in OTHERS]
    lay(shop, "RejectedQueue", {"reason": "bad_value", "body": json.dumps(cart({"id": WHO}))})
    lay(shop, "RejectedQueue", {"reason": "not_json", "body": f"{{ {MAIL}"})
    lay(shop, "SendDlq", {"customer": WHO, "message": "m"})
    lay(shop, "BulkDlq", {"kairos": "wake", "customers": ["other", WHO]})
    lay(shop, "EventsDlq", {"type": "cart.updated", "customer": {"id": "other"}})
    shop.advance("1s")
    assert len(canaries(shop)) > 15, "nothing was there to be found"

    erase(shop)
    assert canaries(shop) == []
    assert known(shop, WHO) is None
    assert [json.loads(m.body) for m in letters(shop, "BulkDlq")] == [{"kairos": "wake", "customers": ["other"]}]
    assert len(letters(shop, "EventsDlq")) == 1, "another's"
    assert [known(shop, other) for other in OTHERS] == others
    assert any(line.get("event", {}).get("id") == "annas" for line in shop.archive.lines())

    shop.advance("1h")
    late(shop, received)
    assert canaries(shop) == [], "what was received before is dropped however late it comes"
    for kind, method in (("l", "GET"), ("u", "POST")):
        path = mail["html"].split(f"http://127.0.0.1:8080/{kind}/")[1].split('"')[0]
        assert shop.request(method, f"/{kind}/{path}").status in (200, 302)
    secret = shop.session.client("secretsmanager").get_secret_value(SecretId=f"{STACK}-LinkKeySecret")
    keys = Keyring.parse(secret["SecretString"])
    for door, token in (
        ("c", Confirm(WHO, "offers", "email", "m")),
        ("l", Answer("likes_toys", True, WHO, "m", "toys-interest", "send.ask", "", "email")),
    ):
        page = shop.request("POST", f"/{door}/{sign(token, keys, shop.clock())}", headers={"accept-language": "en"})
        assert (page.status, "no longer valid" in page.body.decode()) == (410, True), "what they say is nobody's word"
    shop.advance("3d")
    assert canaries(shop) == [], "a link in an old mail brings nobody back"
    assert mails(shop) == ["abandoned-cart"], "the second cart was under way"

    assert put(shop) == 200
    late(shop, received)
    told = known(shop, WHO)
    assert (told["attributes"]["merged"]["region"], told["interest"]["category"]) == ("canary-region-7f3a", {})
    assert set(told["counts"].values()) <= {0}
    shop.post_events([cart(WHO, "new")])
    shop.advance("2h")
    assert mails(shop) == ["abandoned-cart"] * 2
    erase(shop)
    assert canaries(shop) == [], "erased again"
    assert not [line for line in lines if any(canary in line for canary in CANARIES)]


class Between:
    """Erases somebody right before the n-th call of a function to AWS."""

    def __init__(self, stack: Stack, who: str, function: str, call: int) -> None:
        self.stack, self.who, self.function, self.left, self.fell = stack, who, function, call, False
        self.out, self.claimed = 0, False  # how many of their messages were out by then, and whether one was as good as

    def __enter__(self) -> "Between":
        self.stack.gateway.witness = self.see
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.gateway.witness = None

    def see(self, function: str, service: str, operation: str, request: object) -> None:
        if function != self.function or self.fell:
            return
        self.left -= 1
        if not self.left:
            self.fell, self.out = True, len(sent_to(self.stack, self.who))
            answer = self.stack.request("DELETE", f"/v1/customers/{self.who}", key=ADMIN)
            assert answer.status == 202
        elif function == "DeliverFunction" and operation == "TransactWriteItems":
            self.claimed = True


def sent_to(stack: Stack, who: str) -> list[Any]:
    return [m for m in stack.messages() if m["customer"] == who]


def test_between_any_two_steps_of_a_decision_or_a_delivery(shop: Stack) -> None:
    """At most the one message that was claimed already goes out, and nothing is left of them either way."""
    erase(shop)
    outcomes = set()
    for function in ("EvaluateFunction", "DeliverFunction"):
        for call in range(1, 7):
            who = f"{function[:4]}-{call}-7f3a"
            assert put(shop, who) == 200
            shop.post_events([cart(who, who)])
            shop.advance("59m")
            with Between(shop, who, function, call) as between:
                shop.advance("3h")
            sent = len(sent_to(shop, who))
            outcomes.add((function, between.fell, sent))
            assert sent <= (between.out + between.claimed if between.fell else 1), (function, call)
            if not between.fell:
                erase(shop, who)
            shop.advance("30m")
    assert canaries(shop) == []
    assert outcomes >= {("EvaluateFunction", True, 0), ("DeliverFunction", True, 0), ("DeliverFunction", True, 1)}


def test_wherever_its_worker_dies_it_is_done_in_the_end(shop: Stack) -> None:
    erase(shop)
    for call in (1, 3, 5, 8, 12, 16, 21, 27, 33):
        who, device = f"dies-{call}-7f3a", f"device-{call}-7f3a"
        assert put(shop, who) == 200
        shop.post_events([{"type": "page.viewed", "customer": {"anonymous_id": device}}])
        shop.request("POST", "/v1/identify", {"userId": who, "anonymousId": device, "traits": {}})
        shop.settle()
        shop.kill("EraseFunction", call)
        erase(shop, who)
        if call == 3:
            assert put(shop, who) == 503, "nobody new comes while items of before are there"
        shop.advance("15m")
        shop.gateway.faults.deaths.clear()
    assert canaries(shop) == []
