"""How many text messages an SMS is billed as: GSM 03.38's alphabet, or UCS-2 as soon as one character is not in it."""

from typing import Final

_PLAIN: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("^{}\\[~]|€\f")  # two places each


def segments(text: str) -> tuple[str, int, int]:
    """The alphabet, the length in its characters, and the number of messages."""
    if set(text) <= _PLAIN | _ESCAPED:
        length = sum(2 if char in _ESCAPED else 1 for char in text)
        return "GSM-7", length, 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return "UCS-2", length, 1 if length <= 70 else -(-length // 67)
