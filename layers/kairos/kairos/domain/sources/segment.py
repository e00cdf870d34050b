"""The Segment protocol: identify, track, page, screen, group and alias, one by one or in a batch.

Protocol: https://segment.com/docs/connections/spec/common/ (fields), /connections/sources/catalog/libraries/server/http-api/ (batch).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.sources import bounds, own, parts, traits
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.vocabulary import Vocabulary, found

CALLS: Final = ("identify", "track", "page", "screen", "group", "alias")
SHORT: Final[Mapping[str, str]] = {call[0]: call for call in (*CALLS, "batch")}
"""The browser's names of the routes."""
BATCHES: Final = ("batch", "import")
_NAMED: Final = ("name", "category")
_WHO: Final = ("userId", "anonymousId")


def is_one(body: Any) -> bool:
    """Whether it is a message of the protocol, as Segment puts it on a bus."""
    return isinstance(body, Mapping) and body.get("type") in CALLS and any(name in body for name in _WHO)


def messages(call: str, body: Any) -> list[Any]:
    """What a request to a route brings; the batch's context and `sentAt` are of all its messages. Raises BadEvent."""
    if not isinstance(body, dict):
        raise BadEvent("bad_event", "must be an object")
    if call not in BATCHES:
        return [body | {"type": call}]
    batch = body.get("batch")
    if not isinstance(batch, list):
        raise BadEvent("bad_value", "must be a list of messages", "batch")
    shared = parts.mapping(body.get("context"), "context")
    sent = {"sentAt": body["sentAt"]} if body.get("sentAt") is not None else {}
    return [_sharing(message, shared, sent) if isinstance(message, dict) else message for message in batch]


def _sharing(message: Json, shared: Json, sent: Json) -> dict[str, Any]:
    context = message.get("context")
    mine = {**shared, **context} if isinstance(context, Mapping) else context or shared
    said = {name: value for name, value in message.items() if value is not None}
    return {**message, **sent, **said, **({"context": mine} if mine else {})}


@dataclass(frozen=True, slots=True)
class Segment:
    """Makes events of messages; only a trusted sender speaks of addresses, and of customers as being one."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def __call__(self, body: Any, *, received: Millis, new_id: Callable[[], str], trusted: bool) -> Event:
        """The event that a message is. Raises BadEvent."""
        if not isinstance(body, dict):
            raise BadEvent("bad_event", "must be an object")
        bounds.check(body)
        if body.get("type") not in CALLS:
            raise BadEvent("bad_value", f"must be one of {', '.join(CALLS)}", "type")
        context = parts.mapping(body.get("context"), "context")
        about: dict[str, Any] = getattr(self, f"_{body['type']}")(body, context)
        if not trusted:
            about.pop("addresses", None)
        return Event(
            id=own.event_id(body.get("messageId") or None, "messageId") or new_id(),
            time=spoken(body, received),
            received=received,
            source="segment",
            customer=_united(body, trusted) if body["type"] == "alias" else who(body),
            context=context,
            **about,
        )

    def _identify(self, body: Json, context: Json) -> dict[str, Any]:
        said = {**parts.mapping(context.get("traits"), "context.traits"), **parts.mapping(body.get("traits"), "traits")}
        declared, addresses = traits.told(said, self.vocabulary.traits, zone=context.get("timezone"))
        return {"type": "identify", "addresses": addresses | traits.device(context), **_declared(declared)}

    def _track(self, body: Json, _: Json) -> dict[str, Any]:
        name, said = parts.text(body.get("event"), "event"), parts.mapping(body.get("properties"), "properties")
        told = self.vocabulary.event(name, said)
        declared, addresses = traits.told(told.traits, {}, field="properties")
        type = own.type_of(told.type, "event")
        return {"type": type, "properties": told.properties, "addresses": addresses, **_declared(declared)}

    def _page(self, body: Json, _: Json) -> dict[str, Any]:
        named = {name: body[name] for name in _NAMED if body.get(name) is not None}
        return {
            "type": f"{body['type']}.viewed",
            "properties": named | parts.mapping(body.get("properties"), "properties"),
        }

    _screen = _page

    def _group(self, body: Json, _: Json) -> dict[str, Any]:
        id, said = own.event_id(body.get("groupId"), "groupId"), parts.mapping(body.get("traits"), "traits")
        if not id:
            raise BadEvent("bad_value", "must be the group's id", "groupId")
        declared = {"group": {"id": id, **said}, **found(self.vocabulary.group, said)}
        return {"type": "group", "properties": {"group_id": id}, **_declared(declared)}

    def _alias(self, body: Json, _: Json) -> dict[str, Any]:
        return {"type": "alias"}


def who(body: Json) -> Ref:
    """`userId`, `anonymousId`, or both. Raises BadEvent."""
    user, device = (own.person_id(body.get(name) or None, name) or None for name in _WHO)
    if user is None and device is None:
        raise BadEvent("bad_value", "must have a userId or an anonymousId", "userId")
    return Ref(id=user, anonymous_id=device)


def _united(body: Json, trusted: bool) -> Ref:
    """Who an alias says are one. What a browser says of another id is believed of devices only."""
    user, previous = (own.person_id(body.get(name) or None, name) for name in ("userId", "previousId"))
    for id, name in ((user, "userId"), (previous, "previousId")):
        if not id:
            raise BadEvent("bad_value", "must be an id", name)
    return Ref(id=user, previous_id=previous) if trusted else Ref(id=user, anonymous_id=previous)


def spoken(body: Json, received: Millis) -> Millis:
    """When it was said by our clock: as far before `received` as the client's clock has it before `sentAt`.

    receivedAt − (sentAt − originalTimestamp), as https://segment.com/docs/connections/spec/common/#timestamps has it;
    the time that a caller gives (`timestamp`) goes before that of the call. What came through Segment is corrected already.
    """
    name = next((name for name in ("timestamp", "originalTimestamp") if body.get(name) is not None), None)
    if name is None:
        return received
    time = parts.moment(body[name], name)
    if body.get("sentAt") is not None and body.get("receivedAt") is None:
        time = received - (parts.moment(body["sentAt"], "sentAt") - time)
    return parts.believed(time, received)


def _declared(values: Json) -> dict[str, Any]:
    return {"attributes": {"declared": values}} if values else {}
