"""moto's and botocore's slow or wrong paths: the bus's envelope, the queues' counts, DynamoDB's answers, new sandboxes."""

import copy
import uuid
from functools import cache, wraps
from typing import Any, Final

from botocore import session
from moto.core import responses, utils
from moto.core.serialize import JSONSerializer
from moto.events.utils import EventTemplateParser
from moto.sqs import models as sqs_models
from moto.sqs.models import Queue, SQSBackend

from local.aws.seams import replace

ENVELOPE: Final = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")


def _envelope() -> None:
    transform = EventTemplateParser.parse

    @wraps(transform)
    def parse(input_template: Any, input_paths_map: Any, event: Any) -> Any:
        if input_template:
            return transform(input_template, input_paths_map, event)
        return {name: copy.deepcopy(event[name]) for name in ENVELOPE}  # moto's own mangles <id> within a detail

    replace(EventTemplateParser, "parse", parse)


class _Attributes(dict[str, Any]):
    """A queue's attributes, counted only when somebody looks at more than the one that every send asks for."""

    def __init__(self, queue: Queue, count: Any) -> None:
        super().__init__()
        self._queue, self._count = queue, count

    def get(self, name: str, default: Any = None) -> Any:
        if name == "ContentBasedDeduplication":
            return "true" if vars(self._queue).get("content_based_deduplication") else default
        return self._count(self._queue).get(name, default)


def _counts() -> None:
    count: Any = vars(Queue)["attributes"].fget
    send = SQSBackend.send_message

    @wraps(send)
    def send_message(backend: SQSBackend, queue_name: str, *args: Any, **named: Any) -> Any:
        queue = backend.get_queue(queue_name)
        queue.__dict__["kairos_sending"] = True
        try:
            return send(backend, queue_name, *args, **named)
        finally:
            queue.__dict__.pop("kairos_sending", None)

    def attributes(queue: Queue) -> dict[str, Any]:
        found: dict[str, Any] = _Attributes(queue, count) if "kairos_sending" in queue.__dict__ else count(queue)
        return found

    replace(Queue, "attributes", property(attributes))
    replace(SQSBackend, "send_message", send_message)


def _no_waiting() -> None:
    receive = SQSBackend.receive_message

    @wraps(receive)
    def receive_message(backend: SQSBackend, queue_name: str, count: int, wait: int, *args: Any, **named: Any) -> Any:
        named.pop("wait_seconds_timeout", None)
        return receive(backend, queue_name, count, 0, *args, **named)  # who waits holds the lock

    replace(SQSBackend, "receive_message", receive_message)


def _typed_values() -> None:
    serialize = JSONSerializer._serialize_type_structure

    @wraps(serialize)
    def _serialize_type_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and key:
            kind, found = next(iter(value.items()), ("", None))
            if kind in ("S", "N", "B") and isinstance(found, str):
                serialized[key] = value
                return
        serialize(self, serialized, value, shape, key)

    replace(JSONSerializer, "_serialize_type_structure", _serialize_type_structure)


def _remembered() -> None:
    """What moto works out again at every request, and botocore with every sandbox, though it never changes."""
    replace(session, "create_loader", cache(session.create_loader))  # each would read all descriptions anew
    replace(responses, "method_names_from_class", cache(utils.method_names_from_class))
    for module in (sqs_models, utils, responses):
        replace(module, "camelcase_to_underscores", cache(utils.camelcase_to_underscores))
    replace(sqs_models, "generate_receipt_handle", lambda: uuid.uuid4().hex * 5)


def take() -> None:
    """Takes them; once a process."""
    if not getattr(JSONSerializer._serialize_type_structure, "__wrapped__", None):
        _remembered()
        _envelope()
        _counts()
        _no_waiting()
        _typed_values()
