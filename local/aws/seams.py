"""moto offers no seams: what has to be replaced in it is replaced here."""

from typing import Any


def replace(owner: Any, name: str, value: Any) -> None:
    """Puts `value` where moto has its own."""
    setattr(owner, name, value)
