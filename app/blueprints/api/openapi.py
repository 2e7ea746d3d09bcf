"""The OpenAPI 3.1 document of exactly the API's routes."""

import re
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.blueprints.api.answers_schema import ErrorAnswer
from app.blueprints.api.operation import Operation
from app.blueprints.api.operations import OPERATIONS
from app.extensions import settings

__all__ = ["document"]

DESCRIPTION = """\
Ask for a payment, send the customer to `checkoutUrl`, wait for the webhook.

Every call carries a provider's key: `Authorization: Bearer provider_…`, `X-API-Key`, or, where
there is a JSON body, its field `apiKey`; never in an address. Amounts are in major units. Fields
that are not listed are ignored. Each refusal is `{"error", "code", "requestId"}`; `code` does
not change."""

REASONS = {
    400: "The request is wrong",
    401: "No such key, or it is not active",
    402: "The gateway refused for good",
    403: "The key lacks the scope",
    404: "Not there, or not yours",
    409: "Not possible in this state",
    413: "More than 64 KiB",
    415: "A form, not JSON",
    422: "The idempotency key was used with another request",
    429: "Too many requests",
    500: "Our fault",
    502: "The gateway did not answer, or not us",
    503: "The database does not answer",
}
REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
REPLAYED = {"Idempotent-Replayed": {"$ref": "#/components/headers/Replayed"}}


def document() -> dict[str, Any]:
    """The document, with this installation's address."""
    return {**_document(), "servers": [{"url": settings().public_base_url}]}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(_path(one), {})[one.method] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gatehouse", "version": "1", "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "provider_…"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
            "headers": _headers(),
            "parameters": {"IdempotencyKey": _idempotency_key()},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": {
            "200": _answer(one),
            **{str(status): _refusal(status, codes) for status, codes in one.refusals.items()},
        },
        "security": _security(one),
    }
    if one.body:
        content: dict[str, Any] = {"schema": _ref(one.body)}
        if one.example:
            content["example"] = dict(one.example)
        found["requestBody"] = {
            "required": not one.body_optional,
            "content": {"application/json": content},
        }
    return found


def _parameters(one: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": _camel(name), "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", one.path)
    ]
    for name, schema in one.query.items():
        plain = {key: value for key, value in schema.items() if key != "description"}
        told = {"description": schema["description"]} if "description" in schema else {}
        found.append({"name": name, "in": "query", **told, "schema": plain})
    if one.is_idempotent:
        found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return found


def _answer(one: Operation) -> dict[str, Any]:
    headers = {**REQUEST_ID, **(REPLAYED if one.is_idempotent else {})}
    if one.answer:
        content: dict[str, Any] = {"application/json": {"schema": _ref(one.answer)}}
    elif one.path.endswith(".json"):
        content = {"application/json": {"schema": {"type": "object"}}}
    else:
        content = {"text/html": {"schema": {"type": "string"}}}
    return {"description": "Done", "headers": headers, "content": content}


def _refusal(status: int, codes: tuple[str, ...]) -> dict[str, Any]:
    schema = {"allOf": [_ref(ErrorAnswer), {"properties": {"code": {"enum": list(codes)}}}]}
    return {
        "description": REASONS[status],
        "headers": {**REQUEST_ID, **(RETRY_AFTER if status in {429, 503} else {})},
        "content": {"application/json": {"schema": schema}},
    }


def _security(one: Operation) -> list[dict[str, list[str]]]:
    if one.key == "none":
        return []
    scopes = [one.scope] if one.scope else []
    known = [{"bearer": scopes}, {"header": scopes}]
    return [{}, *known] if one.key == "optional" else known


def _schemas() -> dict[str, Any]:
    taken = [(one.body, "validation") for one in OPERATIONS if one.body]
    given = [(one.answer, "serialization") for one in OPERATIONS if one.answer]
    models: Any = dict.fromkeys([*taken, *given, (ErrorAnswer, "serialization")])
    _, found = models_json_schema(list(models), ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = _plain(found["$defs"])
    return dict(sorted(schemas.items()))


def _plain(found: Any) -> Any:
    """Without the titles that pydantic makes of names, nulls as defaults, and the promise that
    nothing is ever added."""
    if isinstance(found, list):
        return [_plain(one) for one in found]
    if not isinstance(found, dict):
        return found
    return {
        name: _plain(value)
        for name, value in found.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value is None)
        and not (name == "additionalProperties" and value is False)
    }


def _headers() -> dict[str, Any]:
    return {
        "RequestId": {
            "description": "Quote it when you ask us about a call.",
            "required": True,
            "schema": {"type": "string", "pattern": "^req_"},
        },
        "RetryAfter": {
            "description": "Seconds to wait.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        },
        "Replayed": {
            "description": "Present when this is the answer of an earlier, same request.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    }


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "1 to 255 printable ASCII characters, quoted or bare. The same key with "
        "the same body replays the first final answer for 24 hours; after a 502 the same request "
        "goes on with the order it made.",
        "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
        "example": "order-1042-first-try",
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _path(one: Operation) -> str:
    return "/api" + re.sub(r"{(\w+)}", lambda match: f"{{{_camel(match[1])}}}", one.path)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
