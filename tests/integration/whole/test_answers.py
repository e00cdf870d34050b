"""What providers and people answer, from their topics to the next message, through the deployed template."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import Result

from local.clock import VirtualClock, iso, parse_moment
from local.stack import Stack

POLICY = """
brand: {name: Nordlys, email: "Nordlys <hello@nordlys.example>", sms: NORDLYS, postal_address: "Strandgade 12"}
timezone: UTC
topics: {offers: {consent: explicit}, tips: {consent: implied}, service: {transactional: true}}
"""
CAMPAIGN = """
status: live
topic: {topic}
trigger: {{event: {event}{match}}}
key: "{{{{ event.id }}}}"
steps: [{{send: {{channel: [{channels}], template: t}}}}]
"""
CAMPAIGNS = {
    "news": ("offers", "news", "", "email, sms"),
    "tip": ("tips", "tip", "", "sms"),
    "receipt": ("service", "order.placed", "", "sms"),
    "mail": ("service", "mail", "", "email"),
    "chat": ("offers", "chat", "", "whatsapp"),
    "letter": ("offers", "letter", "", "email"),
    "help": ("service", "sms.received", ", match: {properties: {keyword: [help]}}", "sms"),
    "answer": ("service", "sms.received", ', match: {properties: {keyword: [""], text: [{prefix: yes}]}}', "sms"),
}
ALL = ("offers/email", "offers/sms")
BAD = "bounce+{}@simulator.amazonses.com"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for all these tests: each has customers and addresses of its own."""
    root = tmp_path_factory.mktemp("campaigns")
    (root / "policy.yaml").write_text(POLICY)
    for name, (topic, event, match, channels) in CAMPAIGNS.items():
        folder = root / name
        folder.mkdir()
        text = CAMPAIGN.format(topic=topic, event=event, match=match, channels=channels)
        (folder / "campaign.yaml").write_text(text)
        (folder / "t.email.html").write_text(
            "---\nsubject: Hello\n---\n<p>Hello {{ brand.postal_address }} {{ unsubscribe_url | default('') }}</p>"
        )
        (folder / "t.sms.txt").write_text("Hello")
        (folder / "t.whatsapp.yaml").write_text("template: hello\nlanguage: en\n")
    made = Stack.start(campaigns=root, clock=VirtualClock(parse_moment("2026-11-24T10:00:00Z")))
    yield made
    made.stop()


@dataclass
class Person:
    """A customer of the shop, and what happens to them."""

    stack: Stack
    name: str
    number: str
    mail: str = ""

    def put(self, words: tuple[str, ...] = ALL, state: str = "granted", **known: Any) -> "Person":
        consents = [dict(zip(("topic", "channel"), word.split("/"), strict=True)) | {"state": state} for word in words]
        self.mail = self.mail or f"{self.name}@shop.example"
        body = {"addresses": {"email": self.mail, "phone": self.number}, "consents": consents} | known
        assert self.stack.request("PUT", f"/v1/customers/{self.name}", body, key="dev-admin-key").status == 200
        return self

    def does(self, kind: str) -> list[str]:
        """By which channels messages go out by it."""
        before = len(self.messages)
        assert self.stack.post_events([{"type": kind, "customer": self.name}]).status == 202
        self.stack.settle()
        return [channel for _, channel in self.messages[before:]]

    def texts(self, text: str, channel: str = "sms") -> None:
        self.stack.receive_text(self.number, text, channel)
        self.stack.settle()

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(m["campaign"], m["channel"]) for m in self.stack.messages() if m["customer"] == self.name]

    @property
    def refusals(self) -> list[str]:
        decisions = (d for d in self.stack.decisions() if d["customer"] == self.name)
        return [d["reason"] for d in decisions if d["outcome"] == "refused"]

    @property
    def consents(self) -> dict[str, str]:
        got = json.loads(self.stack.request("GET", f"/v1/customers/{self.name}", key="dev-admin-key").body)
        return {f"{c['topic']}/{c['channel']}": c["state"] for c in got["consents"]}


@pytest.fixture
def people(whole: Stack, request: pytest.FixtureRequest) -> tuple[Person, Person]:
    """Two who share a number, unknown to the shop so far."""
    number = f"+45{zlib.crc32(request.node.name.encode()) % 10**8:08d}"
    return Person(whole, f"ada-{number}", number), Person(whole, f"bob-{number}", number)


def test_stop_withdraws_on_all_topics_and_closes_the_number_for_all_who_have_it_until_start(
    people: tuple[Person, Person],
) -> None:
    ada, bob = people[0].put(), people[1].put(words=("offers/sms",))
    assert ada.does("tip") == ["sms"]
    ada.stack.advance("1h")
    ada.texts("Stop!")
    assert ada.consents == {"offers/email": "granted", "offers/sms": "withdrawn", "tips/sms": "withdrawn"}
    assert bob.consents == {"offers/sms": "withdrawn", "tips/sms": "withdrawn"}
    ada.stack.advance("1h")
    assert ada.does("tip") == []  # no consent any more
    assert bob.does("order.placed") == []  # not even what is transactional
    assert ada.does("news") == ["email"]
    ada.stack.advance("1h")
    ada.texts("start")
    assert ada.consents == dict.fromkeys((*ALL, "tips/sms"), "granted")
    assert bob.does("order.placed") == ["sms"]
    assert ada.does("tip") == ["sms"]


def test_stop_by_whatsapp_is_of_whatsapp(people: tuple[Person, Person]) -> None:
    ada, _ = people
    ada.put(
        (*ALL, "offers/whatsapp"), addresses={"whatsapp": ada.number, "phone": ada.number, "email": "a@shop.example"}
    )
    assert ada.does("chat") == ["whatsapp"]
    ada.stack.advance("1h")
    ada.texts("Stop, please", "whatsapp")
    assert ada.consents == dict.fromkeys(ALL, "granted") | {
        "offers/whatsapp": "withdrawn",
        "tips/whatsapp": "withdrawn",
    }
    assert (ada.does("chat"), ada.does("order.placed")) == ([], ["sms"])
    ada.stack.advance("1h")
    ada.texts("START", "whatsapp")
    assert ada.does("chat") == ["whatsapp"]


def test_what_was_withdrawn_before_stop_start_does_not_grant(people: tuple[Person, Person]) -> None:
    ada = people[0].put().put(words=("offers/sms",), state="withdrawn")
    ada.stack.advance("1m")
    ada.texts("STOP")
    ada.stack.advance("1m")
    ada.texts("START")
    assert ada.consents == {"offers/email": "granted", "offers/sms": "withdrawn", "tips/sms": "granted"}


def test_who_gets_the_number_of_somebody_who_stopped_is_not_texted(people: tuple[Person, Person]) -> None:
    people[0].texts("STOP")
    people[0].stack.advance("1m")
    bob = people[1].put()
    assert (bob.does("order.placed"), bob.refusals) == ([], ["suppressed"])


def test_help_is_answered_and_other_words_are_events_like_others(people: tuple[Person, Person]) -> None:
    ada = people[0].put()
    for text in ("help", "yes please", "what is this?"):
        ada.texts(text)
    assert ada.messages == [("help", "sms"), ("answer", "sms")]


def test_a_hard_bounce_goes_on_by_the_next_channel_and_closes_the_address_for_all(
    people: tuple[Person, Person],
) -> None:
    ada, bob = people
    for one in people:
        one.mail = BAD.format(ada.number)
        one.put()
    assert ada.does("news") == ["email", "sms"]
    assert bob.does("news") == ["sms"]  # who is reached there, too, was told
    assert bob.does("mail") == []
    assert (ada.refusals, bob.refusals) == (["undeliverable"], ["suppressed"])
    eve = Person(ada.stack, f"eve-{ada.number}", ada.number, ada.mail).put()
    assert (eve.does("news"), eve.refusals) == (["sms"], ["suppressed"])  # who comes there later is told by the claim


def test_soft_bounces_on_three_days_close_an_address_unless_a_mail_arrives_between(
    people: tuple[Person, Person],
) -> None:
    ada = people[0].put()
    stack = ada.stack

    def bounces_softly() -> None:
        recipients = [{"emailAddress": ada.mail}]
        said = {"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": recipients}
        mail = {"messageId": "m", "timestamp": iso(stack.clock())}
        feedback(stack, {"eventType": "Bounce", "bounce": said, "mail": mail})

    for _ in range(2):
        bounces_softly()
        bounces_softly()  # twice a day is once
        stack.advance("1d")
    assert ada.does("mail") == ["email"]  # and arrives: what was before is forgotten
    for _ in range(2):
        stack.advance("1d")
        bounces_softly()
    assert ada.does("news") == ["email"]  # that, too
    for _ in range(3):
        stack.advance("1d")
        bounces_softly()
    assert (ada.does("mail"), ada.refusals) == ([], ["suppressed"])


def test_a_preferred_channel_goes_first(people: tuple[Person, Person]) -> None:
    assert people[0].put(attributes={"preferred_channel": "sms"}).does("news") == ["sms"]


def test_too_many_bounces_pause_marketing_and_nothing_else_until_somebody_resumes(
    people: tuple[Person, Person], command: Callable[..., Result]
) -> None:
    ada = people[0].put()
    for number in range(5):
        Person(ada.stack, f"bad-{number}", "+4500000000", BAD.format(number)).put().does("mail")
    ada.stack.advance("2m")
    assert (ada.does("letter"), ada.does("mail"), ada.does("tip")) == ([], ["email"], ["sms"])
    assert command("resume", "--channel", "sms").exit_code == 0
    ada.stack.advance("20m")
    assert ("letter", "email") not in ada.messages
    assert command("resume").exit_code == 0
    ada.stack.advance("20m")
    assert ("letter", "email") in ada.messages
    assert ada.does("letter") == ["email"]


def feedback(stack: Stack, said: Any) -> None:
    topic = stack.template.resolve.known["FeedbackTopic"]
    stack.session.client("sns").publish(TopicArn=topic, Message=json.dumps(said))
    stack.settle()
