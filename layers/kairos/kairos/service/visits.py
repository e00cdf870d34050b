"""Doors that a signed token opens: who holds it may do what it is for, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

from kairos.domain.events import Event, Millis
from kairos.domain.sources.canonical import to_dict
from kairos.domain.tokens import InvalidToken, Keyring, Payload, verify
from kairos.service import trouble
from kairos.service.ports import Clock, Queues
from kairos.service.ports.pages import Page, Pages

_STATUS: Final[Mapping[Page, int]] = {"invalid": 404, "expired": 410, "gone": 410, "unavailable": 503}
_LARGEST: Final = 64 * 1024  # bytes of a form; no page of ours sends a tenth of it
_FIELDS: Final = 1_000

Found = TypeVar("Found", bound=Payload)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser, or a mail provider's machine, says; names of headers in lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""
    ip: str = ""

    @property
    def accepts(self) -> str:
        """Accept-Language."""
        return self.headers.get("accept-language", "")

    @property
    def form(self) -> Mapping[str, list[str]]:
        """The fields that a page of ours sent; nothing at all of what it never sends."""
        if len(self.body) > _LARGEST:
            return {}
        try:
            return parse_qs(self.body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
        except ValueError:
            return {}


@dataclass(frozen=True, slots=True)
class Response:
    """What they are told."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Reception:
    """Opens with tokens, and notes what was said there.

    `commit` takes an event in at once, and raises if it could not; False if it is nobody's, who was forgotten.
    """

    def __init__(
        self, keys: Callable[[], Keyring], commit: Callable[[Event], bool], queues: Queues, pages: Pages, clock: Clock
    ) -> None:
        self.keys, self.pages = keys, pages
        self._commit, self._queues, self._clock = commit, queues, clock

    def opened(
        self, token: str, visit: Visit, kinds: tuple[type[Found], ...], act: Callable[[Found, Millis], Response]
    ) -> Response:
        """What `act` answers to a token that is good for one of these; else a page that says what is wrong with it."""
        now = self._clock()
        try:
            found = verify(token, *kinds, keys=self.keys(), now=now)
        except InvalidToken as invalid:
            return self.page("expired" if invalid.why == "expired" else "invalid", self.speaks(visit))
        return act(found, now)

    def speaks(self, visit: Visit, *known: str) -> str:
        """The language for whoever is there: what is known of them, else what their browser says; a page sends its own along."""
        return self.pages.language(*visit.form.get("shown", ()), *known, visit.accepts)

    def page(self, name: Page, language: str, **about: Any) -> Response:
        """A page, as the answer."""
        headers, body = self.pages.show(name, language, about)
        return Response(_STATUS.get(name, 200), headers, body)

    def unheard(self, event: Event) -> Page | None:
        """None once it is committed, or queued if that fails; else the page that says why it is not."""
        try:
            return None if self._commit(event) else "gone"
        except Exception as error:  # whatever stops the commit, the word of the customer must not be lost
            trouble.note(f"{event.type} not committed, queueing it", error)
            return None if self.queued(event) else "unavailable"

    def queued(self, event: Event) -> bool:
        """In the queue of events; False if it is not."""
        try:
            self._queues.put_events([{"kairos": "event", "event": to_dict(event)}])
        except Exception as error:  # the page says so, or the click leads on regardless
            trouble.note("event of a link not queued", error)
            return False
        return True
