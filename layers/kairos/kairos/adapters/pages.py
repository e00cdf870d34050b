"""The few pages a customer sees of Kairos: small, without JavaScript, nothing from third parties."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final

from jinja2 import Environment, StrictUndefined

from kairos.domain.events import Json

_STYLE: Final = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1.25rem}"
    "body{color:#1b1b1b;background:#fff}"
    "button{font:inherit;padding:.75rem 1.5rem;border:0;border-radius:.375rem;cursor:pointer}"
    "button{background:#1a4f8b;color:#fff}"
    "button:focus-visible{outline:3px solid #f5a623;outline-offset:2px}"
)
_PAGE: Final = """<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ title }} – {{ brand }}</title>
<style>{{ style | safe }}</style>
</head>
<body>
<main>
<p>{{ brand }}</p>
<h1>{{ title }}</h1>
<p>{{ text }}</p>
{% if button %}<form method="post"><button type="submit">{{ button }}</button></form>
{% endif %}</main>
</body>
</html>
"""
_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    "en": {
        "ask": ("Unsubscribe", "You will get no more messages of this kind.", "Unsubscribe"),
        "withdrawn": ("You are unsubscribed", "You will get no more messages of this kind.", ""),
        "confirm": ("One more click", "So that nobody else can sign you up: was it you?", "Yes, it was me"),
        "confirmed": ("Thank you", "From now on you will hear from us.", ""),
        "thanks": ("Thank you", "We have noted your answer.", ""),
        "invalid": ("This link is not valid", "It may have been cut off. Try the one in the message again.", ""),
        "expired": ("This link has expired", "It was good for a limited time only.", ""),
        "unavailable": ("That did not work", "Nothing was changed. Please try again in a minute.", ""),
    },
    "da": {
        "ask": ("Afmeld", "Du får ikke flere beskeder af denne slags.", "Afmeld"),
        "withdrawn": ("Du er afmeldt", "Du får ikke flere beskeder af denne slags.", ""),
        "confirm": ("Et klik mere", "Så ingen anden kan tilmelde dig: Var det dig?", "Ja, det var mig"),
        "confirmed": ("Tak", "Fra nu af hører du fra os.", ""),
        "thanks": ("Tak", "Vi har noteret dit svar.", ""),
        "invalid": ("Linket er ikke gyldigt", "Det kan være blevet afkortet. Prøv linket i beskeden igen.", ""),
        "expired": ("Linket er udløbet", "Det gjaldt kun i en begrænset tid.", ""),
        "unavailable": ("Det lykkedes ikke", "Intet er ændret. Prøv igen om et minut.", ""),
    },
}


def pages(brand: Json, locale: str) -> Callable[[str, str], tuple[Mapping[str, str], str]]:
    """Pages by name, in the reader's language (an Accept-Language header), else the brand's, else English."""
    made = Environment(autoescape=True, undefined=StrictUndefined)
    template = made.from_string(_PAGE)

    def page(name: str, accepted: str) -> tuple[Mapping[str, str], str]:
        language = _language(accepted, locale)
        title, text, button = _WORDS[language][name]
        retry = {"Retry-After": "60"} if name == "unavailable" else {}
        words = {"language": language, "title": title, "text": text, "button": button, "brand": brand["name"]}
        return _HEADERS | retry, template.render(words, style=_STYLE)

    return page


def _language(accepted: str, locale: str) -> str:
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")]
    spoken = [name.replace("_", "-").split("-")[0].lower() for name in (*wanted, locale)]
    return next((name for name in spoken if name in _WORDS), "en")
