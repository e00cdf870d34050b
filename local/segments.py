"""How many text messages an SMS is billed as: GSM 03.38's alphabet, or UCS-2 as soon as one character is not in it."""

from typing import Final

_PLAIN: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = "^{}\\[~]|€\f"
PLACES: Final = dict.fromkeys(_PLAIN, 1) | dict.fromkeys(_ESCAPED, 2)
"""How many places each character of the alphabet takes."""


def segments(text: str) -> tuple[str, int, int]:
    """The alphabet, the length in its characters, and the number of messages."""
    if set(text) <= PLACES.keys():
        length = sum(PLACES[char] for char in text)
        return "GSM-7", length, 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return "UCS-2", length, 1 if length <= 70 else -(-length // 67)
