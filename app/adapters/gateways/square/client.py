"""The connection to Square: hosts, the pinned version, and Square's errors in our words."""

import re
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Transport, Wire

__all__ = ["HOSTS", "VERSION", "Refusal", "connect", "environment_of", "part"]

VERSION = "2025-08-20"  # of the API description that our requests were checked against
HOSTS = {
    "production": "https://connect.squareup.com",
    "sandbox": "https://connect.squareupsandbox.com",
}
# It may have been done, now or before.
_OPEN = {"IDEMPOTENCY_KEY_REUSED", "CONFLICT", "REQUEST_TIMEOUT", "TEMPORARY_ERROR"}
_ELSEWHERE = {"INVALID_LOCATION", "LOCATION_MISMATCH"}
_LATER = {"REFUND_ALREADY_PENDING", "RATE_LIMITED"}
_WORDS = {
    "UNAUTHORIZED": "Square does not know this access token in the chosen environment",
    "ACCESS_TOKEN_EXPIRED": "the access token has expired",
    "ACCESS_TOKEN_REVOKED": "the access token was revoked",
}
_TOKEN = re.compile(r"EAAA[\w-]{8,}", re.ASCII)  # how access tokens begin


class Refusal(base.Impossible):
    """A request that Square turns down for what stands in it, by Square's code."""

    def __init__(self, reason: str, code: str, field: str) -> None:
        super().__init__(reason)
        self.code = code
        self.field = field


def environment_of(credentials: base.Credentials) -> str:
    """`production` or `sandbox`, as it was chosen. Raises Misconfigured for another word."""
    chosen = credentials.get("environment", "production").strip()
    if chosen not in HOSTS:
        raise base.Misconfigured("Square's environment is either production or sandbox")
    return chosen


def connect(
    credentials: base.Credentials, environment: str, transport: Transport | None = None
) -> Wire:
    """One account's API in an environment, or where the operator says that it is."""
    headers = {
        "Authorization": f"Bearer {credentials['accessToken'].strip()}",
        "Square-Version": VERSION,
    }
    host = credentials.base_url or HOSTS[environment]
    return Wire("Square", host, _refusal, headers, transport)


def part(reply: Reply, name: str) -> dict[str, Any]:
    """The object that an answer is about. Raises Unavailable where it is not there: then nobody
    knows what happened."""
    found = reply.data.get(name)
    if not isinstance(found, dict):
        raise base.Unavailable("Square's answer was not whole")
    return found


def _refusal(reply: Reply) -> base.GatewayError:
    """Square's first error (`errors[]` with category, code, detail, field) as one of ours."""
    listed = reply.data.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    if not isinstance(first, dict):
        # Somebody between us and Square answered: what became of the request is not known.
        return base.Unavailable(f"Square answered {reply.status} without saying why")
    code, said = str(first.get("code")), _said(first)
    if code in _OPEN or reply.status in {408, 409}:
        return base.Unavailable(said)
    if code in _LATER:
        return base.Busy(said)
    if code in _ELSEWHERE:
        return base.Misconfigured(f"Square does not take this location: {said}")
    if reply.status == 404:
        return base.Missing(said)
    return Refusal(_WORDS.get(code, said), code, str(first.get("field") or ""))


def _said(error: dict[str, Any]) -> str:
    said = str(error.get("detail") or error.get("code") or "refused")
    return _TOKEN.sub("…", said)[:300]
