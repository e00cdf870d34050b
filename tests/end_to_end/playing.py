"""Plays all scenarios through one stack, in one merged timeline, by the doors that a shop has."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlsplit

from local.demo.readers import BROWSER
from local.stack import Stack
from tests.end_to_end.scenarios import WISHES, Act, Scenario
from tests.end_to_end.visits import Visits

ADMIN: Final = "dev-admin-key"
LINK: Final = re.compile(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.S)
LISTENS: Final = timedelta(days=3)
"""How long what is told may lie in the queue that listens, which keeps it for four days."""
PUSHES: Final = "arn:aws:sns:eu-west-1:123456789012:endpoint"


class Player:
    """Who plays: everybody's deeds in order of time, then what is asked about them at their scenario's end."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.profiles: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self._visits = Visits(stack)
        self._ear = self._listen()
        self._phones = 20_000_000
        self._numbers: dict[str, str] = {}

    def play(self, scenarios: Iterable[Scenario]) -> None:
        """Nothing is left to happen afterwards."""
        moments: list[tuple[datetime, int, Any, Scenario]] = []
        for one in scenarios:
            moments.append((one.since, 0, None, one))
            moments += [(act.at, 1, act, one) for act in one.acts]
            moments.append((one.until, 2, None, one))
        moments.sort(key=lambda line: line[:2])
        listened = moments[0][0]
        for at, lines in groupby(moments, lambda line: line[0]):
            while at - listened > LISTENS:
                listened += LISTENS
                self._advance(listened)
                self.heard += self._drain()
            self._advance(listened := at)
            self._moment(list(lines))
        self.heard += self._drain()

    def _advance(self, at: datetime) -> None:
        self.stack.advance_to(round(at.timestamp() * 1000))

    def _moment(self, lines: list[tuple[datetime, int, Any, Scenario]]) -> None:
        posted: list[dict[str, Any]] = []
        for _, kind, act, scenario in lines:
            if kind == 0:
                for name, given in scenario.customers.items():
                    self._introduce(scenario, name, given)
            elif kind == 1 and act.deed in ("event", "external"):
                posted.append(_event(act, scenario, len(posted)))
            elif kind == 1 and act.deed != "visit":
                self._do(act, scenario)
        if posted:
            _expect(self.stack.post_events(posted), 202)
        self.stack.settle()
        for _, kind, act, scenario in lines:
            if kind == 1 and act.deed == "visit":
                self._visit(act, scenario)
        self.heard += self._drain()
        for _, kind, _, scenario in lines:
            if kind == 2 and scenario.then["profile"]:
                self._ask(scenario)

    def _introduce(self, scenario: Scenario, name: str, given: Mapping[str, Any]) -> None:
        id, channels = scenario.id(name), given.get("channels", ["email"])
        self._phones += 1
        self._numbers[id] = f"+45{self._phones}"
        addresses = {
            "email": f"{id}@shop.example",
            "phone": self._numbers[id],
            "push": [{"token": id, "platform": "sns", "arn": self.stack.register_device(id)}]
            if "push" in channels
            else [],
        }
        kept = {"sms": "phone"}
        granted = {"state": "granted", "proof": "confirmed by mail"}
        body = {
            "attributes": {
                "first_name": name.title(), "country": "DK", "locale": "en-GB", "timezone": "Europe/Copenhagen",
                **given.get("attributes", {}),
            },
            "addresses": {kept.get(channel, channel): addresses[kept.get(channel, channel)] for channel in channels},
            "consents": [
                {"topic": topic, "channel": channel, **granted}
                for topic in given.get("consents", WISHES) for channel in channels
            ],
        }  # fmt: skip
        _expect(self.stack.request("PUT", f"/v1/customers/{id}", body, key=ADMIN), 200, 201, 204)

    def _do(self, act: Act, scenario: Scenario) -> None:
        id = scenario.id(act.customer) if act.customer else ""
        match act.deed:
            case "backend":
                _expect(self.stack.request("PUT", f"/v1/customers/{id}", act.value, key=ADMIN), 200, 201, 204)
            case "identify":
                who = {"userId": id, "anonymousId": scenario.id(str(act.more["device"]))}
                said = {"traits": act.value or {}, **({"timestamp": act.more["time"]} if "time" in act.more else {})}
                _expect(self.stack.request("POST", "/v1/identify", {**who, **said}), 200)
            case "follow":
                leads = self.stack.request("GET", self._link(id, act.value), None, BROWSER)
                _expect(leads, 302, 200)  # elsewhere, or to a page that asks first
            case "answer" | "confirm":  # a page asks, and its button does it
                _expect(self.stack.request("GET", self._link(id, act.value)), 200)
                _expect(self.stack.request("POST", self._link(id, act.value), b""), 200)
            case "unsubscribe":
                way = self._mails(id)[-1]["headers"]["List-Unsubscribe"].strip("<>")
                form = {"content-type": "application/x-www-form-urlencoded"}
                _expect(self.stack.request("POST", _path(way), b"List-Unsubscribe=One-Click", form), 200)
            case "texts":
                self.stack.receive_text(self._numbers[id], act.value)
            case "opens":
                self.stack.providers.say(self._mails(id)[-1]["id"], "opened", machine=act.value == "machine")
            case _:
                raise NotImplementedError(act.deed)

    def _visit(self, act: Act, scenario: Scenario) -> None:
        """Whoever comes to a page is shown what is best, after all else of this minute."""
        id = scenario.id(act.customer)
        answer = self._visits.ask(id, [act.value], act.more.get("context", {}))[act.value]
        self.shown.append({"time": act.at.isoformat(), "customer": id, "slot": act.value, "offers": answer})

    def _mails(self, id: str) -> list[dict[str, Any]]:
        return [message for message in self.stack.messages() if message["customer"] == id and message["html"]]

    def _link(self, id: str, label: str) -> str:
        for mail in reversed(self._mails(id)):
            for url, text in LINK.findall(mail["html"]):
                if label in html.unescape(re.sub(r"<[^>]+>", "", text)):
                    return _path(html.unescape(url))
        raise AssertionError(f"no mail to {id} has a link {label!r}")

    def _ask(self, scenario: Scenario) -> None:
        for name in scenario.then["profile"]:
            id = scenario.id(name)
            answer = self.stack.request("GET", f"/v1/customers/{id}", key=ADMIN)
            self.profiles[id] = json.loads(answer.body)

    def _listen(self) -> str:
        session, bus = self.stack.session, self.stack.physical("AWS::Events::EventBus")[0]
        queue = session.client("sqs").create_queue(QueueName="ear")["QueueUrl"]
        arn = "arn:aws:sqs:eu-west-1:123456789012:ear"
        client = session.client("events")
        client.put_rule(Name="ear", EventBusName=bus, EventPattern=json.dumps({"source": ["kairos"]}))
        client.put_targets(Rule="ear", EventBusName=bus, Targets=[{"Id": "ear", "Arn": arn}])
        return queue

    def _drain(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self._bodies()]

    def _bodies(self) -> Iterator[str]:
        sqs = self.stack.session.client("sqs")
        while found := sqs.receive_message(QueueUrl=self._ear, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=self._ear, ReceiptHandle=message["ReceiptHandle"])
                yield message["Body"]


def _event(act: Act, scenario: Scenario, number: int) -> dict[str, Any]:
    named = {"customer": {"id": scenario.id(act.customer)}} if act.customer else {}
    if "device" in act.more:
        named = {"customer": {**named.get("customer", {}), "anonymous_id": scenario.id(str(act.more["device"]))}}
    made = f"{scenario.campaign}-{scenario.number}-{act.at:%d%H%M}-{number}"
    same = f"{scenario.campaign}-{scenario.number}-{act.more['id']}" if "id" in act.more else made
    told = {name: act.more[name] for name in ("properties", "context", "consents", "time") if name in act.more}
    return {"id": same, "type": act.value, **named, **told}


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _expect(answer: Any, *statuses: int) -> None:
    assert answer.status in statuses, f"{answer.status}: {answer.body!r}"
    if answer.status == 202:
        assert not json.loads(answer.body)["rejected"], answer.body
