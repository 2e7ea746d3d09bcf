"""PayPal's error answers as one exception type."""

from __future__ import annotations

import secrets
from typing import Any

_NAMES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or wrong."),
    401: ("AUTHENTICATION_FAILURE", "Authentication failed."),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The server does not support this media type."),
    422: ("UNPROCESSABLE_ENTITY", "The requested action could not be performed."),
    429: ("RATE_LIMIT_REACHED", "Too many requests."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
}


class PayPalRefusal(Exception):
    """An error answer. ``stored`` says whether a request id remembers it."""

    def __init__(
        self,
        status: int,
        issue: str = "",
        field: str = "",
        *,
        name: str | None = None,
        stored: bool = False,
        description: str = "",
    ) -> None:
        super().__init__(f"{status} {name or issue} {field}")
        self.status, self.stored = status, stored
        self.issue, self.field, self.name = issue, field, name
        self.description = description or f"The fake refuses this: {issue} {field}".strip()

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        name, message = _NAMES.get(self.status, _NAMES[400])
        body: dict[str, Any] = {"name": self.name or name, "message": message}
        body["debug_id"] = secrets.token_hex(7)
        if self.issue:
            detail = {"issue": self.issue, "description": self.description, "location": "body"}
            body["details"] = [detail | ({"field": self.field} if self.field else {})]
        body["links"] = []
        return body


def wrong(issue: str, field: str = "") -> PayPalRefusal:
    """A request that is not well-formed."""
    return PayPalRefusal(400, issue, field)


def unprocessable(issue: str, field: str = "") -> PayPalRefusal:
    """A well-formed request that rules or states do not allow; request ids remember it."""
    return PayPalRefusal(422, issue, field, stored=True)


def missing() -> PayPalRefusal:
    """No such thing for this app."""
    return PayPalRefusal(404, "INVALID_RESOURCE_ID")
