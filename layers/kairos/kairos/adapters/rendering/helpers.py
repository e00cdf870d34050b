"""What templates can call: tracked links, answers, money and dates in the customer's language and time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import UnknownCurrencyError, format_currency, validate_currency
from markupsafe import Markup

from kairos.service.ports import BrokenTemplate

_MOST: Final = Decimal(10) ** 15
"""No amount of money is as large; one of a million digits would take the message's time."""
_NAMED: Final = ("short", "medium", "long", "full")


def zone(*names: Any) -> ZoneInfo:
    """The first of these that is a time zone; else UTC."""
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            continue
    return ZoneInfo("UTC")


def locales(*names: Any) -> list[str]:
    """The chain that variants are looked up in, for the first name that is one: `da-DK` → da-DK, da and the default."""
    for name in names:
        parts = name.replace("_", "-").split("-") if isinstance(name, str) else []
        if parts and parts[0].isalpha() and 2 <= len(parts[0]) <= 3:
            language = parts[0].lower()
            region = next((p.upper() for p in parts[1:] if len(p) == 2 and p.isalpha()), None)
            return [f"{language}-{region}", language, ""] if region else [language, ""]
    return [""]


def money_in(locale: str, default: str) -> Callable[..., str]:
    """`money(amount, currency)` as this locale writes it."""
    babel = _babel(locale)

    def money(amount: Any, currency: str = default) -> str:
        try:
            validate_currency(currency.upper())
            given = Decimal(str(amount))
            if not abs(given) < _MOST:
                raise InvalidOperation
            return format_currency(given, currency.upper(), locale=babel)
        except (InvalidOperation, UnknownCurrencyError, AttributeError):
            raise BrokenTemplate("money: not an amount in a currency") from None

    return money


def date_in(locale: str, timezone: ZoneInfo) -> Callable[..., str]:
    """`date(value, format)`: short, medium, long, full, or a pattern such as `d MMMM HH:mm`, in local time."""
    babel = _babel(locale)

    def written(value: Any, format: str = "medium") -> str:
        moment = _moment(value)
        if isinstance(moment, datetime):
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(timezone)
            if format not in _NAMED:
                return format_datetime(moment, format, locale=babel)
        return format_date(moment, format, locale=babel)

    return written


def plain(text: str) -> str:
    """A text as it was before HTML escaped it: what stands in a token is escaped where it is shown."""
    return text.unescape() if isinstance(text, Markup) else text


def _moment(value: Any) -> date:
    """A date or datetime from ISO 8601 text, milliseconds, or itself."""
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000, UTC)
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except (ValueError, TypeError, OverflowError, OSError):
        raise BrokenTemplate("date: not a date") from None


@lru_cache
def _babel(locale: str) -> Locale:
    for name in (locale, locale.split("-")[0], "en"):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
