"""Square's error answers as one exception type."""

from __future__ import annotations

from typing import Any

_CATEGORIES = {401: "AUTHENTICATION_ERROR", 403: "AUTHENTICATION_ERROR", 429: "RATE_LIMIT_ERROR"}


class SquareRefusal(Exception):
    """An error answer with one error in it."""

    def __init__(
        self, status: int, code: str, detail: str, field: str = "", category: str = ""
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.error = {"category": category or _category(status), "code": code, "detail": detail}
        if field:
            self.error["field"] = field

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"errors": [self.error]}


def missing(what: str, object_id: str) -> SquareRefusal:
    """No such object for this merchant."""
    return SquareRefusal(404, "NOT_FOUND", f"{what} with ID `{object_id}` not found.")


def planned(status: int) -> SquareRefusal:
    """The error of a planned fault."""
    codes = {
        401: "UNAUTHORIZED",
        403: "INSUFFICIENT_SCOPES",
        404: "NOT_FOUND",
        429: "RATE_LIMITED",
        500: "INTERNAL_SERVER_ERROR",
        503: "SERVICE_UNAVAILABLE",
    }
    return SquareRefusal(status, codes.get(status, "BAD_REQUEST"), f"Planned fault {status}.")


def _category(status: int) -> str:
    return "API_ERROR" if status >= 500 else _CATEGORIES.get(status, "INVALID_REQUEST_ERROR")
