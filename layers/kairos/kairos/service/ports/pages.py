"""The pages that a customer sees of Kairos."""

from collections.abc import Mapping
from typing import Literal, Protocol

from kairos.domain.events import Json

Page = Literal[
    "question", "answered", "unsubscribe", "unsubscribed", "confirm", "confirmed", "preferences",
    "forget", "forgotten", "invalid", "expired", "gone", "unavailable",
]  # fmt: skip


class Pages(Protocol):
    """Small pages of HTML, in the languages they are written in."""

    @property
    def languages(self) -> Mapping[str, str]:
        """The languages of the shop's messages, by code, each called by its own name."""

    def language(self, *wanted: str) -> str:
        """The first that pages speak, of locales and lists of them (Accept-Language); else the shop's own."""

    def wording(self, page: Page, language: str, topic: str, channel: str) -> str:
        """What somebody says yes to there, behind its version: `confirm.da.1a2b3c4d: Ja, …`."""

    def show(self, page: Page, language: str, about: Json) -> tuple[Mapping[str, str], str]:
        """Headers and HTML. What `about` needs to hold is said where each page is asked for."""
