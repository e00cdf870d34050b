"""API Gateway's HTTP API: routes and CORS from the template, payload format 2.0."""

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from local.aws.lambdas import FunctionError, Lambdas
from local.aws.template import ACCOUNT, Template

LIMIT: Final = 10 * 1024 * 1024
TEXTUAL: Final = frozenset({"application/json", "application/javascript", "application/xml"})


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """One path and method, and the function behind it."""

    method: str
    path: str
    function: str

    def match(self, path: str) -> dict[str, str] | None:
        """The path parameters if this path is ours."""
        pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(self.path))
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern), path)
        return found.groupdict() if found else None


def problem(status: int, title: str, detail: str = "", field: str = "") -> Response:
    """RFC 9457, and `message` as API Gateway has it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "field": field}
    found = {key: value for key, value in body.items() if value} | {"message": detail or title}
    return Response(status, {"content-type": "application/problem+json"}, json.dumps(found).encode())


class HttpApi:
    """The API that the template declares."""

    def __init__(self, template: Template, lambdas: Lambdas) -> None:
        self.lambdas = lambdas
        self.routes: list[Route] = []
        self.cors: dict[str, Any] = {}
        for properties in template.of_type("AWS::ApiGatewayV2::Api").values():
            body = properties.get("Body", {})
            self.cors |= template.resolve(body.get("x-amazon-apigateway-cors", {}))
            for path, methods in body.get("paths", {}).items():
                for method, spec in methods.items():
                    if integration := spec.get("x-amazon-apigateway-integration"):
                        name = template.resolve(integration["uri"]).split(":function:")[1].split(":")[0].split("/")[0]
                        self.routes.append(Route(method.upper(), path, name))

    def handle(self, request: Request, now: int) -> Response:
        """The function's answer, or API Gateway's own."""
        origin = self._allowed(request.headers.get("origin"))
        if request.method == "OPTIONS" and origin and "access-control-request-method" in request.headers:
            return Response(204, self._preflight(origin))
        answer = self._answer(request, now)
        return Response(answer.status, {**answer.headers, **self._cors(origin)}, answer.body, answer.cookies)

    def _answer(self, request: Request, now: int) -> Response:
        if len(request.body) > LIMIT:
            return problem(413, "Request Entity Too Large")
        for route in self.routes:
            parameters = route.match(request.path)
            if parameters is not None and route.method in (request.method, "X-AMAZON-APIGATEWAY-ANY-METHOD"):
                try:
                    return _response(self.lambdas.invoke(route.function, _event(request, route, parameters, now)))
                except FunctionError:
                    return problem(500, "Internal Server Error")
        return problem(404, "Not Found", f"there is no route {request.method} {request.path}")

    def _allowed(self, origin: str | None) -> str:
        allowed = self.cors.get("allowOrigins", [])
        if origin is None or not ("*" in allowed or origin in allowed):
            return ""
        return "*" if "*" in allowed else origin

    def _cors(self, origin: str) -> dict[str, str]:
        if not origin:
            return {}
        exposed = self.cors.get("exposeHeaders", [])
        return {"access-control-allow-origin": origin} | (
            {"access-control-expose-headers": ",".join(exposed)} if exposed else {}
        )

    def _preflight(self, origin: str) -> dict[str, str]:
        return {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": ",".join(self.cors.get("allowMethods", [])),
            "access-control-allow-headers": ",".join(self.cors.get("allowHeaders", [])),
            "access-control-max-age": str(self.cors.get("maxAge", 0)),
        }


def _event(request: Request, route: Route, parameters: dict[str, str], now: int) -> dict[str, Any]:
    key = f"{route.method} {route.path}"
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    text, encoded = _body(request)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": {name: value for name, value in request.headers.items() if name != "cookie"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": request.headers.get("host", "127.0.0.1"),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": now,
        },
        "isBase64Encoded": encoded,
    }
    cookies = request.headers.get("cookie")
    optional = {"queryStringParameters": query, "pathParameters": parameters, "body": text}
    return event | {k: v for k, v in optional.items() if v} | ({"cookies": cookies.split("; ")} if cookies else {})


def _body(request: Request) -> tuple[str, bool]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if "content-encoding" not in request.headers and (kind.startswith("text/") or kind in TEXTUAL):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), bool(request.body)


def _response(answer: Any) -> Response:
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    return Response(int(answer["statusCode"]), headers, data, tuple(answer.get("cookies") or ()))
