"""What Stripe's objects say, in our words: amounts in whole units of their currency, moments as dates."""

from datetime import UTC, datetime
from typing import Any, Final

from kairos.domain.events import Json
from kairos.domain.sources.picking import Places, first, listed, picked

_WITHOUT_CENTS: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THOUSANDTHS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""https://docs.stripe.com/currencies#zero-decimal and #three-decimal"""

_INVOICE: Final[Places] = {
    "invoice_id": "number id", "stripe_invoice_id": "id", "subscription_id": "parent.subscription_details.subscription subscription",
    "pay_url": "hosted_invoice_url", "pdf_url": "invoice_pdf", "billing_reason": "billing_reason",
    "collection_method": "collection_method", "attempt_count": "attempt_count", "status": "status",
}  # fmt: skip
_SUBSCRIPTION: Final[Places] = {"subscription_id": "id", "status": "status", "reason": "cancellation_details.reason"}
_PERIODS: Final = {"day": 365, "week": 52, "month": 12, "year": 1}


def nothing(_: Json) -> dict[str, Any]:
    """All that it says is of the customer."""
    return {}


def invoice(said: Json) -> dict[str, Any]:
    """An invoice under the number that its customer reads; without a day by which to pay, none is said."""
    told = picked(said, _INVOICE) | _money(said, total="amount_due total", paid="amount_paid", open="amount_remaining")
    if said.get("status") == "paid" and "paid" in told:
        told["total"] = told["paid"]
    told |= {
        name: day
        for name, place in (("due_on", "due_date"), ("next_attempt_on", "next_payment_attempt"))
        if (day := _day(first(said, place)))
    }
    return told


def subscription(said: Json) -> dict[str, Any]:
    """What it is of, and what it is worth a year."""
    told = picked(said, _SUBSCRIPTION)
    items = listed(said, "items.data")
    price = first(items[0], "price plan") if items else first(said, "plan")
    if plan := first(price, "nickname lookup_key metadata.plan product id"):
        told["plan"] = plan if isinstance(plan, str) else str(first(plan, "name id"))
    if (worth := _yearly(items, said)) is not None:
        told |= worth
    if trial := _moment(said.get("trial_end")):
        told["trial_ends_at"] = trial
    return told


def subscriber(said: Json) -> dict[str, Any]:
    """What is true of a customer by a subscription; null takes back what is no more."""
    status, renews = said.get("status"), _renews(said)
    if status == "active" and ends(said):
        status = "ending"
    over = status in ("canceled", "incomplete_expired", "unpaid", "ending")
    told: dict[str, Any] = {"subscription_status": status, "subscription_renews_on": None if over else renews}
    if trial := _moment(said.get("trial_end")):
        told["trial_ends_at"] = trial
    return told


def session(said: Json) -> dict[str, Any]:
    """A checkout that was paid."""
    told = picked(
        said,
        {"checkout_id": "id", "mode": "mode", "subscription_id": "subscription", "payment_status": "payment_status"},
    )
    return told | _money(said, total="amount_total")


def person(said: Json) -> dict[str, Any]:
    """What is true of a customer."""
    name = first(said, "name")
    told = picked(said, {"country": "address.country", "locale": "preferred_locales"})
    locales = told.pop("locale", None)
    if isinstance(locales, list) and locales and isinstance(locales[0], str):
        told["locale"] = locales[0]
    return told | ({"name": name} if name else {})


def ends(said: Json) -> bool:
    """Whether it will not be renewed."""
    return bool(said.get("cancel_at_period_end") or said.get("cancel_at"))


def amount(value: Any, currency: Any) -> float | int | None:
    """In units of the currency, as people write it."""
    if isinstance(value, bool) or not isinstance(value, int) or not isinstance(currency, str):
        return None
    code = currency.upper()
    if code in _WITHOUT_CENTS:
        return value
    return value / 1000 if code in _THOUSANDTHS else value / 100


def _money(said: Json, **places: str) -> dict[str, Any]:
    currency = said.get("currency")
    told = {
        name: value for name, place in places.items() if (value := amount(first(said, place), currency)) is not None
    }
    return told | ({"currency": currency.upper()} if isinstance(currency, str) else {})


def _yearly(items: list[Json], said: Json) -> dict[str, Any] | None:
    """What all items cost in a year; None where one has no price of its own."""
    total, currency = 0.0, said.get("currency")
    for item in items:
        price = first(item, "price plan")
        currency = currency or first(price, "currency")
        each = amount(first(price, "unit_amount amount"), currency)
        per, every = (
            first(price, "recurring.interval interval"),
            first(price, "recurring.interval_count interval_count") or 1,
        )
        quantity = item.get("quantity", 1)
        if each is None or per not in _PERIODS or not isinstance(every, int) or not isinstance(quantity, int):
            return None
        total += each * quantity * _PERIODS[per] / every
    return {"value": round(total, 2), "currency": str(currency).upper()} if items and currency else None


def _renews(said: Json) -> str | None:
    """The day on which the next period begins; newer versions tell it of each item."""
    ends_at = [first(item, "current_period_end") for item in listed(said, "items.data")]
    known = [end for end in [said.get("current_period_end"), *ends_at] if isinstance(end, int)]
    return _day(min(known)) if known else None


def _day(seconds: Any) -> str | None:
    """The day in UTC."""
    moment = _moment(seconds)
    return moment[:10] if moment else None


def _moment(seconds: Any) -> str | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None
