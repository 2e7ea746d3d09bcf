"""What is told of one call of the API, and the refusals that many share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from app.blueprints.api.filters import CURSOR, MOST, USUAL

__all__ = [
    "ALWAYS",
    "BAD_FIELD",
    "IN_SCOPE",
    "LIMIT",
    "MISSING",
    "NO_ANSWER",
    "ONCE_ONLY",
    "WITH_A_BODY",
    "WITH_A_KEY",
    "Operation",
    "cursor",
    "together",
]

Codes = Mapping[int, tuple[str, ...]]

ALWAYS: Codes = {500: ("server_error",), 503: ("database_unavailable",)}
WITH_A_KEY: Codes = {401: ("invalid_api_key",), 429: ("rate_limited",)}
IN_SCOPE: Codes = {**WITH_A_KEY, 403: ("missing_scope",)}
WITH_A_BODY: Codes = {
    400: ("invalid_json",),
    413: ("body_too_large",),
    415: ("unsupported_content_type",),
}
ONCE_ONLY: Codes = {
    400: ("invalid_idempotency_key",),
    409: ("idempotency_in_use",),
    422: ("idempotency_mismatch",),
}
MISSING: Codes = {404: ("not_found",)}
BAD_FIELD: Codes = {400: ("invalid_field",)}
NO_ANSWER: Codes = {502: ("gateway_unavailable",)}


LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}


def cursor(prefix: str) -> dict[str, Any]:
    """The parameter that says where a page of a list starts; ids there begin with `prefix`."""
    return {
        "type": "string",
        "pattern": f"^{prefix}[ -~]{{0,{CURSOR - len(prefix)}}}$",
        "description": "The last answer's nextCursor.",
    }


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    method: str
    path: str  # below /api
    name: str
    summary: str
    answer: type[BaseModel] | None
    refusals: Codes
    scope: str | None = None
    key: str = "required"  # or optional, none
    body: type[BaseModel] | None = None
    body_optional: bool = False
    is_idempotent: bool = False
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None


def together(*found: Codes) -> Codes:
    """All these refusals, by status."""
    every: dict[int, tuple[str, ...]] = {}
    for codes in found:
        for status, names in codes.items():
            every[status] = (*every.get(status, ()), *names)
    return dict(sorted(every.items()))
