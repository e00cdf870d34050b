"""What Shopify's payloads say, in our words: only what a campaign has a use for, no addresses of streets, no cards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kairos.domain.events import Json
from kairos.domain.sources.picking import Places, first, listed, picked, text_id, worth

CONSENTS: Final = {"email": "email_marketing_consent", "sms": "sms_marketing_consent"}
"""Where the word on each channel stands."""

_STATES: Final = {"subscribed": "granted", "unsubscribed": "withdrawn", "redacted": "withdrawn", "invalid": "withdrawn"}
"""`not_subscribed` has never been asked, and `pending` has not confirmed."""

_ITEM: Final[Places] = {
    "product_id": "product_id", "variant_id": "variant_id", "sku": "sku", "name": "name presentment_title title",
    "variant": "variant_title presentment_variant_title", "brand": "vendor", "quantity": "quantity",
    "price": "discounted_price price",
}  # fmt: skip
_CHECKOUT: Final[Places] = {
    "cart_id": "cart_token", "checkout_id": "token id", "total": "total_price", "currency": "presentment_currency currency",
    "cart_url": "abandoned_checkout_url", "completed_at": "completed_at", "discount_codes": "discount_codes",
}  # fmt: skip
_ORDER: Final[Places] = {
    "order_id": "name order_number id", "shopify_order_id": "id", "cart_id": "cart_token", "checkout_id": "checkout_token",
    "total": "total_price current_total_price", "currency": "currency", "order_url": "order_status_url",
    "financial_status": "financial_status", "fulfillment_status": "fulfillment_status", "cancel_reason": "cancel_reason",
    "source_name": "source_name", "discount_codes": "discount_codes",
}  # fmt: skip
_SHIPMENT: Final[Places] = {
    "fulfillment_id": "id", "shopify_order_id": "order_id", "status": "status", "shipment_status": "shipment_status",
    "carrier": "tracking_company", "tracking_number": "tracking_number", "tracking_url": "tracking_url",
}  # fmt: skip
_REFUND: Final[Places] = {"refund_id": "id", "shopify_order_id": "order_id", "reason": "note"}
_PERSON: Final[Places] = {
    "first_name": "first_name", "last_name": "last_name", "country": "default_address.country_code",
    "region": "default_address.province_code", "company": "default_address.company", "currency": "currency",
    "shopify_state": "state", "orders_count": "orders_count", "total_spent": "total_spent", "shopify_tags": "tags",
}  # fmt: skip
_PRODUCT: Final[Places] = {
    "product_id": "id", "name": "title", "brand": "vendor", "category": "product_type", "image": "image.src",
    "tags": "tags",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A payload, and what its headers say of it."""

    payload: Json
    about: Json


@dataclass(frozen=True, slots=True)
class Beside:
    """What a delivery tells besides its own event."""

    id: str
    type: str
    properties: Json
    time: Any


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody has said of being written to."""

    state: str
    time: Any
    proof: str


def consent(said: Any) -> Word | None:
    """The word, if there is one; who has confirmed it by a letter has proven it."""
    state = _STATES.get(str(first(said, "state")).lower())
    if state is None:
        return None
    proven = state == "granted" and first(said, "opt_in_level") == "confirmed_opt_in"
    return Word(state, first(said, "consent_updated_at"), "shopify: confirmed_opt_in" if proven else "")


def everything(said: Said) -> dict[str, Any]:
    """The payload as it is."""
    return dict(said.payload)


def nothing(_: Said) -> dict[str, Any]:
    """All that it says is of the customer."""
    return {}


def cart(said: Said) -> dict[str, Any]:
    """What is in it, what that costs, and a link that fills it again (a cart permalink)."""
    found, shop = _items(said.payload), first(said.about, "shop-domain")
    told: dict[str, Any] = {**picked(said.payload, {"cart_id": "token id"}), "items": found}
    if (total := worth(found)) is not None:
        told["total"] = total
    currencies = [
        first(line, "line_price_set.presentment_money.currency_code") for line in listed(said.payload, "line_items")
    ]
    if currencies and currencies[0]:
        told["currency"] = currencies[0]
    if shop and found and all(item.get("variant_id") for item in found):
        filled = ",".join(f"{item['variant_id']}:{item.get('quantity', 1)}" for item in found)
        told["cart_url"] = f"https://{shop}/cart/{filled}"
    return told


def checkout(said: Said) -> dict[str, Any]:
    """The same of a checkout, with the address that leads back to it."""
    return picked(said.payload, _CHECKOUT) | _with_items(said.payload)


def order(said: Said) -> dict[str, Any]:
    """An order under the number that its customer knows."""
    return picked(said.payload, _ORDER) | _with_items(said.payload)


def fulfillment(said: Said) -> dict[str, Any]:
    """A parcel; its name is the order's with a number behind it."""
    return _parcel(said.payload, str(first(said.payload, "name") or "").rpartition(".")[0])


def refund(said: Said) -> dict[str, Any]:
    """What was sent back, and how much of the money."""
    return _refund(said.payload)


def refunds(said: Json) -> Iterator[Beside]:
    """Those that an order lists: only there it stands whose they are."""
    for each in listed(said, "refunds"):
        told = picked(said, {"order_id": "name order_number id", "currency": "currency"}) | _refund(each)
        yield Beside(
            f"refund.{text_id(first(each, 'id'))}", "order.refunded", told, first(each, "processed_at created_at")
        )


def deliveries(said: Json) -> Iterator[Beside]:
    """The parcels of an order that have arrived."""
    for each in listed(said, "fulfillments"):
        if each.get("shipment_status") == "delivered":
            told = _parcel(each, str(first(said, "name") or ""))
            yield Beside(delivery_id(each), "order.delivered", told, first(each, "updated_at"))


def delivery_id(parcel: Json) -> str:
    """Of its arrival, whoever tells it."""
    return f"delivered.{text_id(first(parcel, 'id'))}"


def person(said: Said) -> dict[str, Any]:
    """Hardly anything: it is the customer's, not the event's."""
    return picked(said.payload, {"shopify_state": "state"})


def attributes(said: Json) -> dict[str, Any]:
    """What is true of a customer."""
    found = picked(said, _PERSON)
    tags = found.get("shopify_tags")
    if isinstance(tags, str):
        found["shopify_tags"] = [tag.strip() for tag in tags.split(",") if tag.strip()]
    return found


def tags(said: Said) -> dict[str, Any]:
    """Those that came or went."""
    return picked(said.payload, {"tags": "tags"})


def request(said: Said) -> dict[str, Any]:
    """What is asked for by law, without whom it is about."""
    return picked(
        said.payload,
        {"shop": "shop_domain", "orders": "orders_to_redact orders_requested", "request_id": "data_request.id"},
    )


def product(said: Said) -> dict[str, Any]:
    """A product with what each of its variants costs, and whether it can be bought."""
    payload, shop = said.payload, first(said.about, "shop-domain")
    told = picked(payload, _PRODUCT)
    if shop and first(payload, "handle"):
        told["url"] = f"https://{shop}/products/{payload['handle']}"
    shown = bool(payload.get("published_at")) and payload.get("status", "active") == "active"
    told |= {"published": shown, "variants": [_variant(each) for each in listed(payload, "variants")]}
    day = first(payload, "updated_at")  # in the shop's own time
    return told | ({"date": day[:10]} if isinstance(day, str) else {})


def _variant(said: Json) -> dict[str, Any]:
    told = picked(said, {"variant_id": "id", "name": "title", "price": "price", "quantity": "inventory_quantity"})
    counted, stock = said.get("inventory_management", "shopify"), told.get("quantity")
    limited = counted and said.get("inventory_policy") != "continue"
    return told | {"available": not (limited and isinstance(stock, int | float) and stock <= 0)}


def _parcel(said: Json, order: str) -> dict[str, Any]:
    found = _items(said)
    told = picked(said, _SHIPMENT) | {"items": found} | ({"order_id": order} if order else {})
    return told | ({"product": found[0]["name"]} if found and "name" in found[0] else {})


def _refund(said: Json) -> dict[str, Any]:
    paid = [picked(each, {"total": "amount"}) for each in listed(said, "transactions") if each.get("kind") == "refund"]
    lines = listed(said, "refund_line_items")
    found = [picked(first(line, "line_item"), _ITEM) | picked(line, {"quantity": "quantity"}) for line in lines]
    told = picked(said, _REFUND) | {"items": found}
    amounts = [each["total"] for each in paid if isinstance(each.get("total"), int | float)]
    return told | ({"total": round(sum(amounts), 4)} if amounts else {})


def _with_items(said: Json) -> dict[str, Any]:
    found = _items(said)
    return {"items": found} if found else {}


def _items(said: Json) -> list[dict[str, Any]]:
    return [picked(line, _ITEM) for line in listed(said, "line_items")]
