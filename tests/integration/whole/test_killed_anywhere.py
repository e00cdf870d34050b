"""A sandbox dies before or after any of its AWS calls: nothing goes out twice, nothing stays pending for ever."""

from typing import Any, Final, Literal

import pytest

from local.aws.sizes import item_json
from local.stack import Stack

EVALUATE_CALLS: Final = range(1, 8)
DELIVER_CALLS: Final = range(1, 10)
DEATHS: Final = [
    *(("EvaluateFunction", call, when) for call in EVALUATE_CALLS for when in ("before", "after")),
    *(("DeliverFunction", call, when) for call in DELIVER_CALLS for when in ("before", "after")),
    *(("SweepFunction", call, when) for call in (1, 8, 17, 18) for when in ("before", "after")),
]  # fmt: skip


def register(stack: Stack, id: str) -> None:
    body: dict[str, Any] = {
        "addresses": {"email": f"{id}@shop.example"},
        "consents": [{"topic": "offers", "channel": "email", "state": "granted"}],
    }
    assert stack.request("PUT", f"/v1/customers/{id}", body, key="dev-admin-key").status == 200


def cart(id: str) -> dict[str, Any]:
    properties = {"cart_id": f"cart-{id}", "total": 249.0, "items": [{"name": "Lamp", "price": 249.0, "quantity": 1}]}
    return {"type": "cart.updated", "customer": id, "properties": properties}


def messages_in_table(stack: Stack, id: str) -> list[dict[str, Any]]:
    items = [item_json(item) for item in stack.table.all_items()]
    return [item for item in items if item["pk"] == {"S": f"C#{id}"} and item["sk"]["S"].startswith("M#")]


def campaign(stack: Stack, id: str) -> list[str]:
    return [m["step"] for m in stack.messages() if m["customer"] == id and m["campaign"] == "abandoned-cart"]


@pytest.fixture
def warm(whole: Stack) -> Stack:
    whole.lambdas.warm()
    register(whole, "first")
    whole.post_events([cart("first")])
    whole.advance("2h")
    assert campaign(whole, "first") == ["send.reminder"]
    return whole


def test_killed_anywhere_a_message_goes_out_at_most_once_and_none_is_left_pending(warm: Stack) -> None:
    died: list[tuple[str, int, str]] = []
    for number, (function, call, when) in enumerate(DEATHS):
        id = f"c{number}"
        register(warm, id)
        warm.post_events([cart(id)])
        warm.advance("59m")
        die(warm, function, call, when)
        warm.advance("3h")
        died += [] if warm.gateway.faults.deaths else [(function, call, when)]
        warm.gateway.faults.deaths.clear()
        sent = campaign(warm, id)
        kept = messages_in_table(warm, id)
        assert len(sent) <= 1, (function, call, when)
        assert len(kept) == 1, (function, call, when)
        assert "due_at" not in kept[0], (function, call, when, kept)
        outcomes = [line["outcome"] for line in warm.decisions() if line["customer"] == id]
        assert sent or "in_doubt" in outcomes, (function, call, when, outcomes)
    assert len(died) > 30  # so many of the moments exist


def die(stack: Stack, function: str, call: int, when: str) -> None:
    moment: Literal["before", "after"] = "before" if when == "before" else "after"
    stack.kill(function, call, moment)


@pytest.mark.parametrize(
    ("error", "applied", "sent"), [("timeout", True, 1), ("timeout", False, 0), ("reset", False, 0)]
)
def test_a_lost_answer_of_the_provider_never_makes_two_mails(warm: Stack, error: str, applied: bool, sent: int) -> None:
    register(warm, "anna")
    warm.post_events([cart("anna")])
    warm.fail("ses", "SendEmail", error, applied=applied)
    warm.advance("5h")
    assert len(campaign(warm, "anna")) == sent
    assert all("due_at" not in item for item in messages_in_table(warm, "anna"))
    assert "in_doubt" in [line["outcome"] for line in warm.decisions() if line["customer"] == "anna"]
