"""The whole system in this process: `Stack.start(campaigns=…)`, then events in, time on, messages out."""

import base64
import hashlib
import importlib
import importlib.util
import json
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import boto3
import botocore.session
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from local.archive import Archive
from local.aws import gateway
from local.aws.deploy import deploy, revealed
from local.aws.faults import Death, parse_fault
from local.aws.http_api import HttpApi, Request, Response
from local.aws.lambdas import Function, Lambdas
from local.aws.moto_time import stamp_with
from local.aws.providers import Providers
from local.aws.schedule import schedules_of
from local.aws.shortcuts import take
from local.aws.sources import Poller, sources_of
from local.aws.spill import objects_on_disk
from local.aws.tables import Places, mend, places
from local.aws.template import ACCOUNT, REGION, Template
from local.aws.visibility import expire, give_back
from local.clock import AnyClock, RealClock, VirtualClock, parse_moment, parse_span
from local.player import Player

if TYPE_CHECKING:
    from kairos.catalog.bundle import Bundle

ROOT: Final = Path(__file__).parent.parent
OPT: Final = "/opt/campaigns"
KEY: Final = "dev-write-key"
NUMBER: Final = "arn:aws:social-messaging:eu-west-1:123456789012:phone-number-id/local"


def to_stderr(line: str) -> None:
    """Where the stack reports what failed."""
    print(line, file=sys.stderr, flush=True)


@lru_cache(maxsize=4)
def _compiled(campaigns: Path, digest: str) -> "Bundle":
    """As long as no file has changed, a stack that starts again in this process need not wait for it."""
    from kairos.catalog.bundle import compile_directory

    return compile_directory(campaigns)


def compile_campaigns(campaigns: Path, out: Path) -> frozenset[str]:
    """Writes the campaigns layer's content to `out`; the domains that its brand sends from."""
    from kairos.catalog.events import write_events
    from local.events import events_beside

    files = ((str(path), path.read_bytes()) for path in sorted(campaigns.rglob("*")) if path.is_file())
    bundle = _compiled(campaigns, hashlib.sha256(repr(tuple(files)).encode()).hexdigest())
    bundle.write(out)
    write_events(events_beside(campaigns), out)
    sender = bundle.catalog["policy"]["brand"].get("email") or ""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return frozenset({domain} if domain else ())


class Stack:
    """One deployed template; one at a time in a process."""

    def __init__(
        self, template: Template, layer: Path, clock: AnyClock, domains: frozenset[str], log: Callable[[str], None]
    ) -> None:
        self.template, self.clock, self._layer = template, clock, layer
        mend()
        take()
        give_back()
        expire()
        objects_on_disk()
        stamp_with(clock)
        self._mock = mock_aws()
        self._mock.start()
        self.session = _session()
        deploy(template, self.session, domains)
        self.lambdas = Lambdas(_functions(template, layer, self.session), log)
        self.providers = Providers(template, clock)
        self.gateway = gateway.Gateway(lambda: self.lambdas.running, self.providers.answer, self.providers.heard)
        gateway.install(self.gateway)
        _set_engine_clock(clock)
        poller = Poller(sources_of(template), self.lambdas, clock, patient=not clock.virtual)
        self.player = Player(clock, poller, schedules_of(template), self.lambdas, self.places)
        self.api = HttpApi(template, self.lambdas)
        self.archive = Archive(self.physical("AWS::S3::Bucket"))

    @classmethod
    def start(
        cls,
        *,
        campaigns: Path | None = ROOT / "campaigns",
        clock: AnyClock | None = None,
        template: Path = ROOT / "template.yaml",
        base_url: str = "http://127.0.0.1:8080",
        parameters: Mapping[str, str] | None = None,
        log: Callable[[str], None] = to_stderr,
    ) -> "Stack":
        """Deploys the template with these campaigns. Raises what compiling them raises."""
        layer = Path(tempfile.mkdtemp(prefix="kairos-campaigns-"))
        domains = compile_campaigns(campaigns, layer) if campaigns else frozenset({"nordlys.example"})
        named = {"BaseUrl": base_url, "SenderIdentity": min(domains, default=""), "WhatsAppPhoneNumberArn": NUMBER}
        given = {**named, "ErasureWait": "0", **(parameters or {})}
        return cls(Template(template, given), layer, clock or RealClock(), domains, log)

    def stop(self) -> None:
        """Everything is gone afterwards."""
        self.lambdas.close()
        self._mock.stop()
        shutil.rmtree(self._layer, ignore_errors=True)
        _set_engine_clock(RealClock())
        stamp_with(RealClock())

    def physical(self, kind: str) -> list[str]:
        """The physical names of all resources of a type."""
        return [self.template.resolve.known[name] for name in self.template.of_type(kind)]

    @property
    def table(self) -> Table:
        """moto's table."""
        return dynamodb_backends[ACCOUNT][REGION].get_table(self.physical("AWS::DynamoDB::Table")[0])

    def places(self) -> Places:
        """What is due when in the table, and whose its messages are."""
        return places(self.table)

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, key: str = KEY
    ) -> Response:
        """One HTTP request to the API, under a local key."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        named = {"authorization": basic, "content-type": "application/json", "host": "127.0.0.1"} | {
            name.lower(): value for name, value in (headers or {}).items()
        }
        path, _, query = path.partition("?")
        return self.api.handle(Request(method, path, query, named, data), self.clock())

    def post_events(self, events: Sequence[Mapping[str, Any]]) -> Response:
        """`POST /v1/events`."""
        return self.request("POST", "/v1/events", list(events))

    def put_events(self, events: Sequence[tuple[str, Mapping[str, Any]]], source: str = "shop") -> None:
        """Puts (type, detail) on the stack's bus."""
        bus = self.physical("AWS::Events::EventBus")[0]
        entries = [
            {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}
            for kind, detail in events
        ]
        client = self.session.client("events")
        for start in range(0, len(entries), 10):
            client.put_events(Entries=entries[start : start + 10])  # type: ignore[arg-type]  # a dict of the same shape

    def receive_text(self, number: str, text: str, channel: str = "sms") -> None:
        """A message from that number, as End User Messaging would hand it on."""
        if channel == "whatsapp":
            self.providers.write(number, text)
            return
        said = {
            "originationNumber": number, "destinationNumber": "LOCAL", "messageKeyword": "LOCAL", "messageBody": text,
            "inboundMessageId": str(uuid.uuid4()),
        }  # fmt: skip
        topic = self.template.resolve.known["InboundSmsTopic"]
        self.session.client("sns").publish(TopicArn=topic, Message=json.dumps(said))

    def register_device(self, token: str, platform: str = "GCM") -> str:
        """The ARN of a push endpoint for this token, as an app's backend would make it."""
        sns = self.session.client("sns")
        application = sns.create_platform_application(Name="local", Platform=platform, Attributes={})
        arn = application["PlatformApplicationArn"]
        return sns.create_platform_endpoint(PlatformApplicationArn=arn, Token=token)["EndpointArn"]

    def settle(self) -> None:
        """Returns when every queue, and everything due by now, has been worked off."""
        self.player.settle()

    def advance(self, span: str | int) -> None:
        """Moves a virtual clock on, by `1h` or milliseconds, playing all that comes due."""
        self.advance_to(self.clock() + (parse_span(span) if isinstance(span, str) else span))

    def advance_to(self, target: str | int) -> None:
        """Moves a virtual clock to an ISO moment or milliseconds, playing all that comes due."""
        if not isinstance(self.clock, VirtualClock):
            raise ValueError("only a virtual clock can be moved")
        self.player.advance(self.clock, parse_moment(target) if isinstance(target, str) else target)

    def messages(self) -> list[dict[str, Any]]:
        """What the providers accepted, oldest first."""
        return list(self.each_message())

    def each_message(self) -> Iterator[dict[str, Any]]:
        """The same one by one: a long life has more than should be in memory at once."""
        for sent in self.providers.sent:
            yield sent.line(lambda message: self.places().owners.get(message, ""))

    def decisions(self) -> list[dict[str, Any]]:
        """The archive's decision records, oldest first."""
        return self.archive.decisions()

    def costs(self) -> dict[str, Any]:
        """Requests, capacity units, invocations and list price so far."""
        return self.gateway.costs.report(self.lambdas.invocations)

    def fail(self, service: str, operation: str, error: str, times: int = 1, *, applied: bool = False) -> None:
        """The next such calls of the functions fail; `applied`: though they are carried out."""
        given = {"service": service, "operation": operation, "error": error, "times": times, "applied": applied}
        self.gateway.faults.waiting.append(parse_fault(given))

    def kill(self, function: str, call: int, when: Literal["before", "after"] = "before") -> None:
        """The function's sandbox dies at its n-th AWS call from now on."""
        self.gateway.faults.deaths.append(Death(function, call, when))


def _session() -> boto3.Session:
    inner = botocore.session.Session()
    inner.set_config_variable("ignore_configured_endpoint_urls", True)  # AWS_ENDPOINT_URL is for others
    return boto3.Session("local", "local", region_name=REGION, botocore_session=inner)


def _functions(template: Template, layer: Path, session: boto3.Session) -> dict[str, Function]:
    found = {}
    for name, properties in template.of_type("AWS::Lambda::Function").items():
        given = template.resolve(properties.get("Environment", {})).get("Variables", {})
        environment = {
            key: str(layer) if value == OPT else revealed(session, str(value)) for key, value in given.items()
        }
        timeout, memory = int(properties.get("Timeout", 3)), int(properties.get("MemorySize", 128))
        found[name] = Function(name, template.sources[name], properties["Handler"], environment, timeout, memory)
    return found


def _set_engine_clock(clock: AnyClock) -> None:
    if importlib.util.find_spec("kairos.bootstrap"):
        vars(importlib.import_module("kairos.bootstrap"))["clock"] = clock
