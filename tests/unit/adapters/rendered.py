"""A renderer that knows one template, and the message that it renders."""

from kairos.adapters.rendering import JinjaRenderer
from kairos.domain.effects import PutMessage
from kairos.domain.state import Customer, Fact, Profile, State
from kairos.domain.tokens import Keyring
from kairos.service.ports import Control, Dossier, StoredMessage

NOW = 1_795_000_000_000  # 2026-11-18 11:06:40 UTC
KEYS = Keyring(b"the key of today, 32 bytes long!")
BRAND = {"name": "Nordlys", "email": "Nordlys <hello@nordlys.example>", "website": "https://nordlys.example",
         "postal_address": "Strandgade 12"}  # fmt: skip
PUT = PutMessage(
    id="abcdefghijklmnopqrstuvwxyz", campaign="cart", key="k", step="send.offer", channel="email", channels=(),
    topic="offers", template="offer", transactional=False, since=0, trigger="t", same={}, expires=NOW + 1, due=0,
    guard=0, catalog="", variant="",
)  # fmt: skip
ADDRESSES = {
    "email": "ada@example.com",
    "phone": "+4520123456",
    "push": [{"token": "t1", "platform": "fcm"}, {"token": "t2"}],
}


def dossier(put=PUT, attributes=None, event=None, addresses=None):
    profile = Profile(
        {"declared": {k: Fact(v, 0) for k, v in (attributes or {}).items()}},
        dict(ADDRESSES if addresses is None else addresses),
    )
    return Dossier(StoredMessage(put, "ada", "pending"), Customer("ada", State(), profile), event or {}, Control())


def renderer(**channels):
    """Knows one template, `offer` of the campaign `cart`, by channel and locale."""
    return JinjaRenderer(
        {"brand": BRAND, "locale": "da", "timezone": "Europe/Copenhagen", "currency": "DKK",
         "precedence": ["backend", "declared"], "campaigns": {"cart": {"offer": channels}}},
        lambda: KEYS, "https://links.example/",
    )  # fmt: skip


def mail(text="", html="<p>x</p>", subject="S", **more):
    return {"": {"file": "offer.email.html", "subject": subject, "html": html, "text": text} | more}


def text(source, **about):
    return renderer(email=mail(source)).render(dossier(**about), NOW).text
