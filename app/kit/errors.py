"""Refusals that a door turns into an answer: a status, a code, and a sentence for a person."""

from collections.abc import Mapping
from typing import Any

__all__ = ["AppError", "Conflict", "Forbidden", "NotFound", "Refused", "Unauthorized"]


class AppError(Exception):
    """An outcome the caller can act on; `code` is stable, `message` is for people."""

    status = 500
    code = "server_error"

    def __init__(
        self,
        message: str,
        code: str | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
        self.headers = dict(headers or {})
        self.details = details


class Refused(AppError):
    """The request itself is wrong: 400."""

    status, code = 400, "invalid_request"


class Unauthorized(AppError):
    """Nobody we know: 401."""

    status, code = 401, "unauthorized"


class Forbidden(AppError):
    """Known, but not allowed to do this: 403."""

    status, code = 403, "forbidden"


class NotFound(AppError):
    """Not there, or not yours; the two look the same: 404."""

    status, code = 404, "not_found"


class Conflict(AppError):
    """The thing is in a state in which this cannot be done: 409."""

    status, code = 409, "conflict"
