"""`kairos keys shopify`: a secret is put, another beside it, the first retired."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable

from click.testing import Result

from local.stack import Stack

OLD, NEW = "shpss_first_of_the_shop", "shpss_second_of_the_shop"


def answered(stack: Stack, secret: str) -> int:
    body = json.dumps({"token": "c"}).encode()
    signed = b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    about = {"X-Shopify-Topic": "carts/update", "X-Shopify-Event-Id": "e", "X-Shopify-Hmac-Sha256": signed}
    return stack.request("POST", "/v1/webhooks/shopify", body, about).status


def test_a_secret_is_replaced_without_a_delivery_lost(whole: Stack, command: Callable[..., Result]) -> None:
    assert command("keys", "shopify", "put", "--secret", "short").exit_code == 1
    assert command("keys", "shopify", "retire", "--yes").exit_code == 1  # there is none behind
    assert answered(whole, OLD) == 401
    whole.advance("1m")  # a secret is looked for again at most every half a minute
    assert command("keys", "shopify", "put", "--secret", OLD).exit_code == 0
    assert answered(whole, OLD) == 200
    put = command("keys", "shopify", "put", "--secret", NEW)
    assert (put.exit_code, OLD in put.output, NEW in put.output) == (0, False, False)
    whole.advance("1m")
    assert (answered(whole, NEW), answered(whole, OLD)) == (200, 200)
    assert command("keys", "shopify", "retire", "--yes").exit_code == 0
    whole.advance("6m")
    assert (answered(whole, NEW), answered(whole, OLD)) == (200, 401)
