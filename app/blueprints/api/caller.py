"""Who calls: the checks every API call passes before it does anything, in the contract's order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from app.extensions import limiter, settings
from app.kit import strictjson
from app.kit.errors import AppError, Forbidden, Refused, Unauthorized
from app.kit.tenancy import as_org
from app.kit.tokens import is_api_key
from app.services import api_keys, idempotency
from app.services.api_keys import Caller

__all__ = ["Call", "authenticated", "optional_caller", "read_body"]

BODY_LIMIT = 64 * 1024  # bytes
BAD_KEYS = "60/minute"  # from one address
_KEY_NAMES = {"apikey", "xapikey", "authorization"}
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


@dataclass(frozen=True)
class Call:
    """One authenticated call: who, with what fields."""

    caller: Caller
    body: dict[str, Any]

    def key_for(self, call: str) -> idempotency.Key | None:
        """The `Idempotency-Key` sent with this call, quoted or bare. Raises Refused."""
        text = request.headers.get("Idempotency-Key")
        if text is None:
            return None
        key = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
        if not 1 <= len(key) <= 255 or not all(" " <= letter <= "~" for letter in key):
            raise Refused(
                "Idempotency-Key must be 1 to 255 printable ASCII characters",
                "invalid_idempotency_key",
            )
        return idempotency.Key(
            self.caller.provider_id, call, key, idempotency.fingerprint(call, self.body)
        )


def authenticated(
    scope: str, *, body_optional: bool = False
) -> Callable[..., Callable[..., ResponseReturnValue]]:
    """Let a view run only for a key with this scope, in that key's organization."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def checked(**ids: str) -> ResponseReturnValue:
            reads = request.method in {"GET", "HEAD"}
            body = {} if reads else read_body(optional=body_optional)
            caller = _known(_presented(body))
            if scope not in caller.scopes:
                raise Forbidden(f"Key lacks scope: {scope}", "missing_scope")
            # No row has an id with NUL in it, and PostgreSQL will not even look.
            ids = {name: value.replace("\x00", "?") for name, value in ids.items()}
            with _within_rate(caller), as_org(caller.org_id):
                return view(Call(caller, body), **ids)

        return checked

    return decorate


@contextmanager
def optional_caller() -> Iterator[Caller | None]:
    """Work for the caller, if a key was sent at all; a wrong one is refused as anywhere."""
    presented = _presented({})
    if presented is None:
        yield None
        return
    caller = _known(presented)
    with _within_rate(caller), as_org(caller.org_id):
        yield caller


def read_body(*, optional: bool = False) -> dict[str, Any]:
    """The request's one JSON object; nothing counts as an empty one where it is optional.

    Raises AppError 413, 415 or 400.
    """
    raw = request.stream.read(BODY_LIMIT + 1)
    if len(raw) > BODY_LIMIT or (request.content_length or 0) > BODY_LIMIT:
        raise AppError("Request body too large", "body_too_large", status=413)
    if request.mimetype in _FORMS:
        raise AppError("Unsupported content type", "unsupported_content_type", status=415)
    if not raw and optional:
        return {}
    try:
        return strictjson.parse_object(raw)
    except strictjson.InvalidJson as error:
        raise Refused("Invalid JSON", "invalid_json") from error


def _presented(body: dict[str, Any]) -> object:
    """The key as it was sent; None when it was not. One that differs between places is none."""
    if any(_is_key(name, value) for name, value in request.args.items(multi=True)):
        raise _refusal()
    found: list[object] = []
    header = request.headers.get("Authorization")
    if header is not None:
        kind, _, value = header.partition(" ")
        found.append(value.strip() if kind.lower() == "bearer" else "")
    if (bare := request.headers.get("X-API-Key")) is not None:
        found.append(bare.strip())
    if body.get("apiKey") is not None:
        found.append(body["apiKey"])
    if not found:
        return None
    return found[0] if all(one == found[0] for one in found) else ""


def _is_key(name: str, value: str) -> bool:
    """Whether a part of the query is meant as a key: an address is logged by everybody."""
    return name.lower().replace("_", "").replace("-", "") in _KEY_NAMES or is_api_key(value)


def _known(presented: object) -> Caller:
    try:
        caller = api_keys.authenticate(presented)
    except Unauthorized:
        with limiter.shared_limit(BAD_KEYS, "api", key_func=lambda: f"bad:{request.remote_addr}"):
            raise
    g.caller = caller
    if caller.use_is_stale:
        api_keys.note_use(caller)
    return caller


@contextmanager
def _within_rate(caller: Caller) -> Iterator[None]:
    rate = f"{settings()['API_RATE_LIMIT']}/minute"  # over all calls together
    with limiter.shared_limit(rate, "api", key_func=lambda: f"key:{caller.key_id}"):
        yield


def _refusal() -> Unauthorized:
    return Unauthorized("Invalid or inactive API key", "invalid_api_key")
