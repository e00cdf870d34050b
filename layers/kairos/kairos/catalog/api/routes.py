"""Every route: who may ask, what is sent, what is answered. tests/house compares them with the template's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel

from kairos.catalog.api import answers, bodies, messages
from kairos.domain.access import Scope

ALWAYS: Final = (401, 403, 413, 415, 429, 500)
"""What any route with a key may answer besides."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    name: str
    summary: str
    scope: Scope | None  # None: no key, the path is the capability or there is nothing to protect
    answers: Mapping[int, type[BaseModel] | str]  # a model, or the media type of what is no JSON
    body: tuple[type[BaseModel], ...] = ()
    many: bool = False  # or a list of them
    problems: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # of the request
    parameters: Mapping[str, str] = field(default_factory=dict)  # of the path


HTML: Final = "text/html"
AGAIN: Final = {
    "Idempotency-Key": "The same request under the same key is worked off once and answered alike, for a day",
}
CALLS: Final[Mapping[str, tuple[type[BaseModel], str]]] = {
    "identify": (messages.Identify, "Say who somebody is"),
    "track": (messages.Track, "Say what happened"),
    "page": (messages.Page, "Say which page was looked at"),
    "screen": (messages.Page, "Say which screen of an app was looked at"),
    "group": (messages.Group, "Say whom somebody belongs to"),
    "alias": (messages.Alias, "Say that two ids are one customer"),
    "batch": (messages.Batch, "Say many things at once"),
}


def _segment() -> list[Route]:
    made = []
    for call, (body, summary) in CALLS.items():
        for name in (call, call[0]):
            short = " (a browser's short form)" if name != call else ""
            made.append(
                Route(
                    "POST", f"/v1/{name}", f"segment_{name}", summary + short, Scope.BROWSER, {200: answers.Success},
                    (body,), problems=(400, 503),
                )
            )  # fmt: skip
    imported = Route(
        "POST", "/v1/import", "segment_import", "Say many things at once, of the past", Scope.BROWSER,
        {200: answers.Success}, (messages.Batch,), problems=(400, 503),
    )  # fmt: skip
    return [*made, imported]


def _pages() -> list[Route]:
    token = {"token": "Signed: who has it may do what it says"}
    told: dict[int, type[BaseModel] | str] = {200: HTML, 404: HTML, 410: HTML, 503: HTML}
    made = [
        ("GET", "/l", "follow", "Follow a link of a message; behind an answer, the page with its button"),
        ("POST", "/l", "answer", "Answer YES or NO, by the button; committed before it answers"),
        ("GET", "/u", "ask_to_unsubscribe", "The page with the buttons; changes nothing"),
        (
            "POST", "/u", "unsubscribe",
            "Unsubscribe, by a button or by RFC 8058's one click; committed before it answers",
        ),
        ("GET", "/c", "ask_to_confirm", "The page with the button; changes nothing"),
        ("POST", "/c", "confirm", "Confirm a double opt-in; committed before it answers"),
        ("GET", "/p", "show_preferences", "The preference centre; changes nothing"),
        ("POST", "/p", "change_preferences", "Change what one gets, by the page's form; committed before it answers"),
    ]  # fmt: skip
    made += [
        ("HEAD", path, f"look_at_{name}", "The same without the page")
        for method, path, name, _ in made
        if method == "GET"
    ]
    return [
        Route(method, f"{path}/{{token}}", name, summary, None, told | _LED.get((method, path), {}), parameters=token)
        for method, path, name, summary in made
    ]


_LED: Final[Mapping[tuple[str, str], dict[int, str]]] = {("GET", "/l"): {302: "", 403: ""}, ("HEAD", "/l"): {302: ""}}
"""A link leads on, but not a browser that asks ahead of a click."""

_WHO: Final = {"id": "The shop's own id of the customer"}

ROUTES: Final = (
    Route(
        "POST", "/v1/events", "report_events", "Report one event or a list, in the project's own form or as CloudEvents",
        Scope.BROWSER, {202: answers.Taken}, (bodies.Event, bodies.CloudEvent), many=True,
        problems=(400, 409, 422, 503), headers=AGAIN,
    ),
    *_segment(),
    Route(
        "POST", "/v1/webhooks/shopify", "shopify_webhook", "Take what Shopify signs and sends; its answer is 200 once it is durable",
        None, {200: answers.Success}, problems=(401, 503), headers={
            "X-Shopify-Topic": "What happened", "X-Shopify-Hmac-Sha256": "HMAC-SHA-256 of the body under the app's client secret, in base64",
            "X-Shopify-Event-Id": "The event, however often it is delivered",
        },
    ),
    Route(
        "PUT", "/v1/customers/{id}", "change_customer", "Merge what a backend says into what is known; committed before it answers",
        Scope.ADMIN, {200: answers.CustomerView}, (bodies.CustomerChange,), problems=(400, 404, 503), parameters=_WHO,
    ),
    Route(
        "GET", "/v1/customers/{id}", "read_customer", "All that is known of a customer", Scope.ADMIN,
        {200: answers.CustomerView}, problems=(404,), parameters=_WHO,
    ),
    Route(
        "GET", "/v1/customers/{id}/export", "export_customer", "All that the table has of a customer, for them to read",
        Scope.ADMIN, {200: answers.Export}, problems=(404, 503), parameters=_WHO,
    ),
    Route(
        "DELETE", "/v1/customers/{id}", "erase_customer",
        "Forget a customer: nothing is decided or sent on what was known once it answers, and all of it goes", Scope.ADMIN,
        {202: answers.Erased}, problems=(400, 503), parameters=_WHO,
    ),
    *_pages(),
    Route("GET", "/openapi.json", "read_contract", "This document", None, {200: "application/json"}),
)  # fmt: skip
