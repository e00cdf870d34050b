"""One run through every door in every situation that makes it call AWS differently, written down call by call."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from kairos.adapters.dynamodb.pools import Pools
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Event, Ref
from kairos.domain.sources.canonical import to_dict
from local.clock import VirtualClock, parse_moment
from local.stack import ROOT, Stack, compile_campaigns
from tests.integration.infrastructure.calls import Call, calls_of
from tests.integration.infrastructure.erasures import erasures
from tests.integration.infrastructure.unarchived import unarchived

START: Final = "2026-11-26T08:00:00Z"
POLICY: Final = """
brand: {{name: Nordlys, email: "Nordlys <hello@nordlys.example>", sms: NORDLYS, postal_address: "Strandgade 12"}}
timezone: Europe/Copenhagen
topics: {{service: {{transactional: true}}, news: {{consent: double_opt_in}}}}
attributes: {{indexed: [region]}}
providers: {{sms: {provider}, push: {provider}}}
segments:
  staying: [did_not: {{event: consent.withdrawn}}]
  gone: [did: {{event: consent.withdrawn}}]
"""
SEND: Final = (
    "status: live\ntopic: {topic}\ntrigger: {trigger}\n{more}\nsteps: [{{send: {{channel: {channel}, template: t}}}}]\n"
)
CAMPAIGNS: Final = {
    "hello": ("service", "{event: hello}", "", "email"),
    "letter": ("news", "{event: letter}", "", "email"),
    "texted": ("service", "{event: texted}", "", "sms"),
    "pushed": ("service", "{event: pushed}", "", "push"),
    "chatted": ("service", "{event: chatted}", "", "whatsapp"),
    "confirm": ("service", "{event: consent.requested}", "", "email"),
    "goodbye": ("service", "{event: consent.withdrawn}", "", "sms"),
    "frost": ("service", "{external: frost}", "audience: [attributes: {region: [north, south]}]", "sms"),
    "cheaper": ("service", "{external: product.price_dropped}", "audience: [attributes: {region: [north]}]", "sms"),
    "staying": ("service", "{external: staying}", "audience: [segment: staying]", "sms"),
    "gone": ("service", '{schedule: "at(2026-11-26T12:00:00)"}', "audience: [segment: gone]", "sms"),
}
CODED: Final = (
    "status: live\ntopic: service\ntrigger: {{event: {event}}}\nsteps: [{{coupon: {{name: {name}, percent: 5, valid: 1d, {source}}}}}, "
    "{{send: {{channel: email, template: t}}}}]\n"
)
CHAINS: Final = {
    "coded": CODED.format(name="coded", event="coded", source='code: "X-{8}"'),
    "pooled": CODED.format(name="pooled", event="pooled", source="pool: p"),
    "told": "status: live\ntopic: service\ntrigger: {event: told}\nsteps: [{emit: {type: shop.told}}]\n",
    "long": "status: live\ntopic: service\ntrigger: {event: long}\nkey: '{{ event.properties.key }}'\n"
    "steps: [{wait: 30m}, {send: {channel: email, template: t}}]\n",
}
PAGE: Final = {"kairos": "wake"}
KNOWN: Final = "{status: live, topic: service, trigger: {event: known}}\n"
TEXTS: Final = {
    "email": '---\nsubject: "Hello"\n---\n<p>{body} <a href="{{ link(\'https://nordlys.example/\') }}">Shop</a></p>',
    "sms": "Hello",
    "push": 'title: "Hello"\nbody: "There"\n',
    "whatsapp": "template: hello\nlanguage: en\n",
}
ENDS: Final = {"email": "html", "sms": "txt", "push": "yaml", "whatsapp": "yaml"}


def write_campaigns(folder: Path, provider: str, **more: str) -> Path:
    """A small language of everything that makes a difference to who calls what."""
    folder.mkdir(exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY.format(provider=provider))
    for name, (topic, trigger, words, channel) in CAMPAIGNS.items():
        letter = "{{ unsubscribe_url }} {{ preferences_url }} {{ brand.postal_address }}"
        body = {"confirm": "{{ confirm_url }}", "letter": letter}.get(name, "Hello")
        text = SEND.format(topic=topic, trigger=trigger, more=words, channel=channel)
        _write(folder / name, text, channel, body)
    for name, text in {**CHAINS, **more}.items():
        _write(folder / name, text, "email", "{{ event.properties.text }}" if name == "long" else "Hello")
    return folder


def _write(folder: Path, campaign: str, channel: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "campaign.yaml").write_text(campaign)
    if "template: t" in campaign:
        (folder / f"t.{channel}.{ENDS[channel]}").write_text(TEXTS[channel].replace("{body}", body))


class Run:
    """A stack whose functions' calls are written down, and what may happen to it."""

    def __init__(self, folder: Path, provider: str, parameters: Mapping[str, str]) -> None:
        self.folder, self.provider = folder, provider
        self.calls: dict[str, set[Call]] = defaultdict(set)
        self.stack = Stack.start(
            campaigns=write_campaigns(folder, provider),
            clock=VirtualClock(parse_moment(START)),
            parameters=parameters,
            log=lambda line: None,
        )
        self.stack.gateway.witness = lambda function, *asked: self.calls[function].update(calls_of(*asked))
        self.arn = self.stack.register_device("token")

    def everything(self) -> None:
        """Each situation in turn; what one leaves behind does not trouble the next."""
        for situation in (
            self.customers, self.doors, self.moved, self.channels, self.troubled_providers, self.links, self.flood, self.merge,
            self.audiences, self.coupons, self.lost, self.deployment, self.answers, partial(unarchived, self), partial(erasures, self),
        ):  # fmt: skip
            situation()
            self.stack.advance("20m")

    def send(self, body: Any, *, lost: bool = False, part: str = "EventsQueue") -> None:
        """Into a queue; `lost`: what comes of it is taken by no queue."""
        if lost:
            self.stack.fail("sqs", "SendMessageBatch", "ServiceUnavailable", times=9)
        url = self.stack.template.resolve.known[part]
        self.stack.session.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
        self.stack.settle()
        self.stack.gateway.faults.waiting.clear()

    def put(self, who: str, region: str = "north", **addresses: Any) -> None:
        push = [{"token": "token", "platform": "fcm", "arn": self.arn}]
        known = {
            "email": f"{who}@shop.example",
            "phone": "+4520123456",
            "whatsapp": "+4520123456",
            "push": push,
            **addresses,
        }
        body = {"attributes": {"region": region}, "addresses": known}
        assert self.stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200

    def happens(self, kind: str, who: str | dict[str, str] | None, **properties: Any) -> None:
        event = {"type": kind, "properties": properties} | ({"customer": who} if who else {})
        assert self.stack.post_events([event]).status == 202
        self.stack.settle()

    def customers(self) -> None:
        # into one place of the audience index and to one address, and out of it again
        for region in ("north", "south"):
            self.put("anna", region, email=f"anna.{region}@shop.example")
        self.happens("hello", {"email": "anna.west@shop.example"})  # nobody's until it is hers
        self.put("anna", "south", email="anna.west@shop.example")
        self.stack.request("GET", "/v1/customers/anna", key="dev-admin-key")
        body = {"consents": [{"topic": "news", "channel": "email", "state": "granted", "proof": "paper"}]}
        self.stack.request("PUT", "/v1/customers/anna", body, key="dev-admin-key")
        self.stack.fail("firehose", "PutRecord", "ServiceUnavailableException", times=9)  # so the queue archives it
        assert self.stack.request("PUT", "/v1/customers/anna", body, key="dev-admin-key").status == 200
        self.stack.gateway.faults.waiting.clear()

    def doors(self) -> None:
        """Idempotency: kept, asked again, and taken back where nothing was done; then what nobody understands, of a batch
        and of the queue."""
        for key in ("dev-write-key", "dev-admin-key"):
            event = [{"type": "hello", "customer": "anna"}]
            for _ in range(2):
                self.stack.request("POST", "/v1/events", event, {"idempotency-key": key}, key)
        self.stack.fail("sqs", "SendMessageBatch", "ServiceUnavailable", times=20)
        refused = self.stack.request("POST", "/v1/events", event, {"idempotency-key": "again"})
        assert refused.status == 503
        self.stack.gateway.faults.waiting.clear()
        batch = [{"type": "track", "userId": "anna", "event": name} for name in ("hello", "message.sent")]
        assert self.stack.request("POST", "/v1/batch", {"batch": batch}).status == 200
        shop = json.loads((ROOT / "events" / "ingest-shopify.json").read_text())
        self.stack.request("POST", "/v1/webhooks/shopify", shop["body"].encode(), shop["headers"])
        self.send("nonsense")

    def moved(self) -> None:
        """To another address, as an event tells."""
        for number in range(2):
            told = {"type": "hello", "customer": {"id": "lars", "email": f"lars{number}@shop.example"}}
            assert self.stack.post_events([told]).status == 202
            self.stack.settle()

    def channels(self) -> None:
        for kind in ("hello", "letter", "texted", "pushed", "chatted", "told"):
            self.happens(kind, "anna")

    def troubled_providers(self) -> None:
        """Not taken, paused, refused, without an answer, bounced; an address that is none."""
        errors = "TooManyRequestsException", "SendingPausedException", "MessageRejected", "timeout"
        for number, error in enumerate(errors):
            self.put(who := f"bo{number}")
            self.stack.fail("ses", "SendEmail", error)
            self.happens("hello", who)
            self.stack.advance("40m")
        self.put("cleo", email="bounce@simulator.amazonses.com")
        self.happens("hello", "cleo")
        self.put("dora", phone="+4511111111")
        operation = ("sns", "Publish") if self.provider == "sns" else ("pinpoint-sms-voice-v2", "SendTextMessage")
        self.stack.fail(*operation, "OptedOut")
        self.happens("texted", "dora")

    def answers(self) -> None:
        """Of a number that somebody has; of an address that bounces softly, and takes mail again; too many that bounce."""
        for text in ("STOP", "START", "thanks"):
            self.stack.receive_text("+4520123456", text)
            self.stack.settle()
        soft = {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "cleo@shop.example"}]}
        mail = {"messageId": "m", "timestamp": "2026-11-26T09:00:00Z"}
        self.send({"eventType": "Bounce", "bounce": soft, "mail": mail})
        self.put("cleo")
        self.happens("hello", "cleo")
        for number in range(5):
            self.put(who := f"cy{number}", email=f"bounce+{number}@simulator.amazonses.com")
            self.happens("hello", who)
        self.stack.advance("2m")

    def links(self) -> None:
        """Followed, answered, unsubscribed, confirmed, preferred; also while the table takes nothing."""
        for who in ("emil", "finn"):
            self.put(who)
            body = {"consents": [{"topic": "news", "channel": "email", "state": "granted"}]}
            self.stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key")
            self.stack.advance("1m")
            assert self.follow(who, "c", "POST") == 200
            self.stack.advance("1m")
            self.happens("letter", who)
            assert self.follow(who, "l", "GET") == 302
            if who == "finn":
                self.stack.fail("dynamodb", "BatchGetItem", "InternalServerError", times=9)
            assert self.follow(who, "u", "POST") == 200
            assert self.follow(who, "p", "GET") == (503 if who == "finn" else 200)
            self.stack.gateway.faults.waiting.clear()
            self.stack.settle()

    def follow(self, who: str, kind: str, method: str) -> int:
        html = [m["html"] for m in self.stack.messages() if m["customer"] == who]
        found = [link for text in html for link in re.findall(rf"/{kind}/[\w-]+", text)]
        return self.stack.request(method, found[-1]).status

    def flood(self) -> None:
        """More in one batch than a record of the archive holds."""
        for number in range(7):
            told = {"type": "hello", "customer": f"jo{number}", "properties": {"text": "x" * 190_000}}
            assert self.stack.post_events([told]).status == 202
        self.stack.settle()

    def merge(self) -> None:
        """A device under way, with an event too long for its state, turns out to be a customer."""
        self.put("gro")
        event = {"type": "long", "customer": {"anonymous_id": "d1"}, "properties": {"key": "k", "text": "long " * 99}}
        assert self.stack.post_events([event]).status == 202
        self.stack.settle()
        body = {"userId": "gro", "anonymousId": "d1", "traits": {}}
        assert self.stack.request("POST", "/v1/identify", body).status == 200
        self.stack.settle()
        self.stack.advance("40m")
        assert [m["customer"] for m in self.stack.messages() if m["campaign"] == "long"] == ["gro"]

    def coupons(self) -> None:
        """Made and out of a pool, which is empty at first; then handed in."""
        for who in ("kai", "lis"):
            self.put(who)
            self.happens("coded", who)
            self.happens("pooled", who)
            table = self.stack.template.resolve.known["Table"]
            Pools(Table(self.stack.session.client("dynamodb"), table)).fill("p", [f"P-{who}"])
            self.stack.advance("20m")
            self.happens("coupon.redeemed", who, code=f"P-{who}")

    def audiences(self) -> None:
        """Over the index, handed on by a worker that runs out of time, and taken up after one that died."""
        functions = self.stack.lambdas.functions
        whole = functions["FanOutFunction"]
        vars(self.stack.lambdas)["functions"] = {**functions, "FanOutFunction": replace(whole, timeout=5)}
        self.happens("staying", None)
        vars(self.stack.lambdas)["functions"] = functions
        self.stack.kill("FanOutFunction", 1)
        self.happens("frost", None)
        self.happens("product.updated", None, product_id="kite", price=80)
        self.stack.advance("10m")

    def lost(self) -> None:
        """A wake-up, a message and a fan-out that their queue did not take: the sweep finds them."""
        self.put("hugo")
        now = self.stack.clock()
        lost = Event(id="lost-1", type="hello", time=now, received=now, source="shop", customer=Ref(id="hugo"))
        self.send({"kairos": "event", "event": to_dict(lost)}, lost=True)
        self.stack.advance_to("2026-11-26T13:30:00Z")  # a schedule at noon

    def deployment(self) -> None:
        """New campaigns: everybody is woken once; whoever comes first puts down since when a thing is counted."""
        self.put("ida")
        self.happens("letter", "anna")
        for number, first in enumerate((lambda: self.follow("anna", "u", "POST"), lambda: self.wake("ida"))):
            counted = f"{KNOWN[:-2]}, audience: [did: {{event: seen.{number}}}], steps: [exit]}}\n"
            write_campaigns(self.folder, self.provider, known=counted)
            compile_campaigns(self.folder, self.stack._layer)
            self.stack.lambdas.close()
            first()
            self.stack.advance("40m")

    def wake(self, who: str) -> None:
        """As the sweep would."""
        self.send({"kairos": "wake", "customer": who})
