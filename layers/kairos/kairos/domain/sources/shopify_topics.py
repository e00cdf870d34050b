"""Shopify's topics: what each is called here, whose it is, and where its parts are. A new one is a row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Json
from kairos.domain.sources import shopify_parts
from kairos.domain.sources.picking import Places
from kairos.domain.sources.shopify_parts import Beside, Said


@dataclass(frozen=True, slots=True)
class Topic:
    """One row; paths are those of the payload, of several the first that says something counts."""

    type: str = ""
    name: Callable[[Json], str] | None = None  # where the payload decides of which type it is
    said: Callable[[Said], dict[str, Any]] = shopify_parts.everything  # its properties
    id: str = "customer.id"  # whose it is: the customer, else an address, else a cart
    email: str = "customer.email email contact_email"
    phone: str = "customer.phone phone"
    cart: str = ""
    time: str = "updated_at created_at"  # where no header says when it happened
    context: Places = field(default_factory=dict)
    attributes: bool = False  # it tells of the customer
    consents: bool = False
    erases: bool = False  # whose it is, is to be forgotten
    once: Callable[[Json], str] | None = None  # an id of its own for what other topics tell as well
    beside: tuple[Callable[[Json], Iterable[Beside]], ...] = ()  # what it tells besides


def _checkout(said: Json) -> str:
    return "checkout.completed" if said.get("completed_at") else "checkout.started"


def _customer(said: Json) -> str:
    """Whoever orders as a guest is a customer too; an account has been made only by who can log in."""
    return "customer.registered" if said.get("state") == "enabled" else "customer.created"


def _fulfillment(said: Json) -> str:
    return "order.delivered" if said.get("shipment_status") == "delivered" else "fulfillment.updated"


def _arrived(said: Json) -> str:
    """The id under which an order tells of it, too."""
    return shopify_parts.delivery_id(said) if said.get("shipment_status") == "delivered" else ""


_NOBODY: Final[dict[str, Any]] = {"id": "", "email": "", "phone": ""}
_LOCALE: Final[Places] = {"locale": "customer_locale"}
_ORDER: Final[dict[str, Any]] = {
    "said": shopify_parts.order, "cart": "", "context": _LOCALE,
    "beside": (shopify_parts.refunds, shopify_parts.deliveries),
}  # fmt: skip
_PERSON: Final[dict[str, Any]] = {
    "said": shopify_parts.person, "id": "id", "email": "email", "phone": "phone", "attributes": True, "consents": True,
}  # fmt: skip
_SHIPMENT: Final[dict[str, Any]] = {"said": shopify_parts.fulfillment, "id": "", "email": "email", "phone": ""}
_CHECKOUT: Final = Topic(name=_checkout, said=shopify_parts.checkout, cart="cart_token", context=_LOCALE)
_CART: Final = Topic("cart.updated", said=shopify_parts.cart, cart="token id", **_NOBODY)

TOPICS: Final[Mapping[str, Topic]] = {
    # ── the cart is a device of its own until a checkout or an order says whose it is
    "carts/create": _CART,
    "carts/update": _CART,
    "checkouts/create": _CHECKOUT,
    "checkouts/update": _CHECKOUT,
    "checkouts/delete": Topic("checkout.deleted", said=shopify_parts.checkout, cart="cart_token", **_NOBODY),
    # ── orders; what was sent back and what has arrived stands in every later word on the order
    "orders/create": Topic("order.placed", **{**_ORDER, "cart": "cart_token", "beside": ()}, time="created_at"),
    "orders/paid": Topic("order.paid", **_ORDER),
    "orders/updated": Topic("order.updated", **_ORDER),
    "orders/edited": Topic("order.edited"),
    "orders/cancelled": Topic("order.cancelled", **_ORDER),
    "orders/fulfilled": Topic("order.fulfilled", **_ORDER),
    "orders/partially_fulfilled": Topic("order.partially_fulfilled", **_ORDER),
    "orders/delete": Topic("order.deleted"),
    "refunds/create": Topic("refund.created", said=shopify_parts.refund, **_NOBODY),
    "fulfillments/create": Topic("order.shipped", **_SHIPMENT),
    "fulfillments/update": Topic(name=_fulfillment, once=_arrived, **_SHIPMENT),
    # ── customers
    "customers/create": Topic(name=_customer, **_PERSON, time="created_at"),
    "customers/enable": Topic("customer.registered", **_PERSON),
    "customers/update": Topic("customer.updated", **_PERSON),
    "customers/disable": Topic("customer.disabled", **_PERSON),
    "customers/delete": Topic("customer.deleted", said=shopify_parts.nothing, id="id"),
    "customers_email_marketing_consent/update": Topic(
        "customer.consent_told", said=shopify_parts.nothing, id="customer_id", email="email_address", consents=True
    ),
    "customers_marketing_consent/update": Topic(
        "customer.consent_told", said=shopify_parts.nothing, id="id", phone="phone", consents=True
    ),
    "customer.tags_added": Topic("customer.tags_added", said=shopify_parts.tags, id="customerId", time="occurredAt"),
    "customer.tags_removed": Topic(
        "customer.tags_removed", said=shopify_parts.tags, id="customerId", time="occurredAt"
    ),
    # ── what the law has every app hear; docs/clients.md says what to do
    "customers/redact": Topic(erases=True),
    "customers/data_request": Topic("customer.data_asked", said=shopify_parts.request, email="", phone=""),
    "shop/redact": Topic("shop.redaction_asked", said=shopify_parts.request, **_NOBODY),
    # ── goods are nobody's; what is new of a price or a stock is found by what was known (domain/products.py)
    "products/create": Topic("product.updated", said=shopify_parts.product, **_NOBODY),
    "products/update": Topic("product.updated", said=shopify_parts.product, **_NOBODY),
    "products/delete": Topic("product.deleted", said=shopify_parts.product, **_NOBODY),
}
OTHER: Final = Topic(id="customer.id customer_id", email="customer.email", phone="customer.phone")
"""A topic without a row keeps its name, `shopify.draft_orders.create`, and all that it says."""
