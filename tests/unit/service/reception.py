"""The doors that tokens open, with real pages; what is committed and queued stays in memory."""

from kairos.adapters.pages import HtmlPages
from kairos.domain.tokens import (
    Answer,
    Confirm,
    Keyring,
    Link,
    Unsubscribe,
    sign,
)
from kairos.service.links import Links
from kairos.service.visits import Reception, Visit
from tests.unit.domain.shop import catalog

NOW = 1_795_000_000_000
KEYS = Keyring(b"the key of today, 32 bytes long!")
OPT_OUT = Unsubscribe("ada", "offers", "email", "m1")
LINK = Link("https://shop.example/c?a=1&b=2", "ada", "m1", "cart", "send.offer", "b", "email")
ANSWER = Answer("likes_toys", True, "ada", "m1", "toys", "send.ask", "", "email")
ASKED = Confirm("ada", "news", "email", "m1")
ANSWER_FOR = ("ada", "m1", "toys", "send.ask", "", "email")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
ONE_CLICK = b"List-Unsubscribe=One-Click"
PAGES = HtmlPages(
    {
        "brand": {"name": "Nordlys <&>", "color": "", "website": "", "postal_address": ""}, "logo": "", "locale": "da",
        "languages": {"da": "dansk", "en": "English"}, "order": ["offers", "news", "tips"],
        "topics": {"offers": {"title": {"da": "Tilbud", "en": "Offers"}, "description": {}}},
    }
)  # fmt: skip


class Fails(Exception):
    pass


class Shop:
    """What is committed and queued, unless it is told to fail."""

    def __init__(self, *, commits=True, queues=True, forgotten=False):
        self.commits, self.queues, self.forgotten = commits, queues, forgotten
        self.committed, self.queued = [], []
        self.links = Links(Reception(lambda: KEYS, self.commit, self, PAGES, lambda: NOW), catalog().policy)

    def commit(self, event):
        if not self.commits:
            raise Fails
        if not self.forgotten:
            self.committed.append(event)
        return not self.forgotten

    def put_events(self, bodies):
        if not self.queues:
            raise Fails
        self.queued += bodies

    def put_messages(self, refs):
        raise AssertionError("a link sends nothing")

    def put_rejected(self, bodies):
        raise AssertionError("a link rejects nothing")

    def put_fan_outs(self, refs, *, hops=0):
        raise AssertionError("a link reaches no audience")

    def put_erasures(self, refs):
        raise AssertionError("a page only asks for it")

    def put_pages(self, bodies):
        raise AssertionError("a link reaches no audience")

    def backlog(self, queue="events"):
        return 0


def token(payload):
    return sign(payload, KEYS, NOW)


def visit(body=b"", method="GET", ip="192.0.2.7", **headers):
    named = {name.replace("_", "-"): value for name, value in ({"user_agent": CHROME} | headers).items()}
    return Visit(named, "POST" if body else method, body, ip)


POSTED = visit(method="POST")


def expired(payload):
    return sign(payload, KEYS, 0)


def forged(payload):
    return sign(payload, Keyring(b"somebody else's key, 32 bytes!!!"), NOW)


def garbled(payload):
    return token(payload)[:-3] + "AAA"
