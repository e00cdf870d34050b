"""How pages look: one style sheet in the brand's colour, which the page's own policy allows, and nothing else."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Final

_SHEET: Final = Path(__file__).parent / "style.css"
_PLAIN: Final = "#1f4e8c"


def style_of(color: str) -> str:
    """The style sheet, with the brand's colour (`#rrggbb`, or a plain blue) and what can be read on it."""
    chosen = color or _PLAIN
    return f":root {{ --brand: {chosen}; --on-brand: {ink_on(chosen)}; }}\n{_SHEET.read_text('utf-8')}"


def ink_on(color: str) -> str:
    """Black or white, whichever has more contrast on it: always 4.5 : 1 at least (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def headers_with(style: str) -> dict[str, str]:
    """What goes out with a page: nothing is loaded, framed, kept or told to others."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
