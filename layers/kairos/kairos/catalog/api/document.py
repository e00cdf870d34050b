"""`GET /openapi.json`: the routes, the models and the contracts as one document, https://spec.openapis.org/oas/v3.1.1."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from kairos.catalog.api import answers
from kairos.catalog.api.bodies import PRINTABLE
from kairos.catalog.api.routes import ALWAYS, ROUTES, Route
from kairos.domain.contracts import MODE, Mode
from kairos.domain.sources import own
from kairos.domain.sources.bounds import MOST_EVENTS

VERSION: Final = "1.0.0"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/components/schemas/{model}"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_SAID: Final = {
    400: "Nothing of it could be taken: which field, and why", 401: "No key, or one that nobody knows", 403: "A key of another scope",
    404: "Nobody of that id", 409: "The same request is being worked off", 413: "Too large, or too many",
    415: "Compressed by something else than gzip", 422: "The Idempotency-Key was used with another body",
    429: "Too many requests for the API, or events for this key", 500: "A mistake of ours", 503: "Not queued, or not committed: send it again",
}  # fmt: skip
_GATEWAY: Final = {"application/json": {"schema": {"type": "object"}}}
"""API Gateway's own answers, and those for paths that no function knows."""
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": own.LONGEST_ID, "pattern": PRINTABLE}
_RETRY: Final = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}


def document(contracts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The API with the contracts of event types, by type."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    agreed = {type: schema for type, schema in contracts.items() if _embeddable(type, schema)}
    schemas = _schemas() | {type: _moved(schema, type) for type, schema in agreed.items()}
    if enforced := [_rule(type) for type, schema in agreed.items() if schema.get(MODE) == Mode.REJECT]:
        schemas["Event"] = {**schemas["Event"], "allOf": enforced}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kairos", "version": VERSION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "The right message at the right moment: events and customers in, links out of messages.",
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "responses": _responses(), "securitySchemes": _SCHEMES},
        "x-contracts": {
            type: {"mode": str(schema.get(MODE, Mode.WARN))} | ({"$ref": _REF.format(model=type)} if type in agreed else {})
            for type, schema in contracts.items()
        },
    }  # fmt: skip


_SCHEMES: Final = {
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the user's name, no password"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}


def _operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": route.name, "summary": route.summary, "tags": [_tag(route)]}
    if route.scope:
        made["description"] = f"Takes a key of scope `{route.scope}`, or of one that may do more."
        made["security"] = [{name: []} for name in _SCHEMES]
    else:
        made["security"] = []
    if route.parameters or route.headers:
        made["parameters"] = [
            *({"name": name, "in": "path", "required": True, "schema": _TEXT, "description": said}
              for name, said in route.parameters.items()),
            *({"name": name, "in": "header", "schema": {"type": "string"}, "description": said}
              for name, said in route.headers.items()),
        ]  # fmt: skip
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(route)}}}
    made["responses"] = {str(status): _answer(status, what) for status, what in route.answers.items()}
    problems = {*route.problems, *(ALWAYS if route.scope else (429, 500))}
    made["responses"] |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(problems)}
    return made


def _tag(route: Route) -> str:
    if route.name.startswith("segment"):
        return "Segment's protocol"
    return {
        "/v1/events": "Events",
        "/v1/webhooks/shopify": "Events",
        "/v1/customers/{id}": "Customers",
        "/v1/customers/{id}/export": "Customers",
        "/openapi.json": "This document",
    }.get(route.path, "Links in messages")


def _body(route: Route) -> dict[str, Any]:
    each = [{"$ref": _REF.format(model=model.__name__)} for model in route.body]
    one = each[0] if len(each) == 1 else {"anyOf": each}
    if not route.many:
        return one
    return {"anyOf": [*each, {"type": "array", "minItems": 1, "items": one, "description": f"At most {MOST_EVENTS}"}]}


def _answer(status: int, what: type[BaseModel] | str) -> dict[str, Any]:
    said = {"description": HTTPStatus(status).phrase}
    if what == "":
        return said | ({"headers": {"Location": {"schema": {"type": "string"}}}} if status < 400 else {})
    if isinstance(what, str):
        media = {what: {"schema": {"type": "object"} if "json" in what else {"type": "string"}}}
        return said | {"content": media | (_GATEWAY if status == HTTPStatus.NOT_FOUND else {})}
    described = (what.__doc__ or "").splitlines()[0]
    return {
        "description": described,
        "content": {"application/json": {"schema": {"$ref": _REF.format(model=what.__name__)}}},
    }


def _responses() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {
        str(status): {
            "description": said,
            "content": problem | (_GATEWAY if status in (413, 429, 500, 503) else {}),
            **({"headers": _RETRY} if status in (409, 429, 503) else {}),
        }
        for status, said in _SAID.items()
    }


def _schemas() -> dict[str, Any]:
    models: set[type[BaseModel]] = {answers.Problem}
    for route in ROUTES:
        models |= {*route.body, *(what for what in route.answers.values() if not isinstance(what, str))}
    named: list[tuple[type[BaseModel], Literal["validation"]]] = [(model, "validation") for model in models]
    found = models_json_schema(named, ref_template=_REF)[1]["$defs"]
    return {name: plain(schema) for name, schema in sorted(found.items())}


def plain(schema: Any, named: bool = False) -> Any:
    """Without what pydantic adds for nobody: titles made of names, `default: null`, and that an open object is open."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if named:  # the keys are a sender's, not JSON Schema's
        return {name: plain(each) for name, each in schema.items()}
    idle = {"title": ..., "default": None, "additionalProperties": True}
    return {
        key: plain(value, named=key in ("properties", "$defs"))
        for key, value in schema.items()
        if not (key in idle and (idle[key] is ... or idle[key] is value))
    }


def _embeddable(type: str, schema: Mapping[str, Any]) -> bool:
    """Whether it can stand in a document of this dialect under its own name."""
    return bool(_NAME.fullmatch(type)) and schema.get("$schema", DIALECT) == DIALECT


def _moved(schema: Any, type: str) -> Any:
    """The contract, with its references to its own parts leading to where it stands now."""
    if isinstance(schema, list):
        return [_moved(each, type) for each in schema]
    if not isinstance(schema, dict):
        return schema
    own = _REF.format(model=type)
    return {
        key: own + value[1:] if key == "$ref" and isinstance(value, str) and value.startswith("#") else _moved(value, type)
        for key, value in schema.items()
        if key not in ("$schema", "$id")
    }  # fmt: skip


def _rule(type: str) -> dict[str, Any]:
    """Where the type is this one, the properties are as agreed."""
    return {
        "if": {"properties": {"type": {"const": type}}, "required": ["type"]},
        "then": {"properties": {"properties": {"$ref": _REF.format(model=type)}}},
    }
