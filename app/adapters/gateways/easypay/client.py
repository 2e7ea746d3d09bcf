"""The connection to Easypay: its hosts, what is sent twice, and its errors in our words.

Described at https://docs.easypay.pt (Payments API 2.0: Authentication, Errors, Idempotency).
"""

from collections.abc import Mapping

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Transport, Wire, over_requests

__all__ = ["HOSTS", "NotNow", "StoredFailure", "connect", "patient", "words"]

HOSTS = {
    "production": "https://api.prod.easypay.pt/2.0",
    "sandbox": "https://api.test.easypay.pt/2.0",
}
TRANSIENT = "cannot be completed at this time"  # their 422 for a refund that may work later


class StoredFailure(base.Unavailable):
    """Their server failed, and will say so for this idempotency key until it forgets it."""


class NotNow(base.Busy):
    """Refused for the moment; nothing happened. `is_replay` says that it is their stored answer,
    which this idempotency key will always get."""

    def __init__(self, reason: str, *, is_replay: bool) -> None:
        super().__init__(reason)
        self.is_replay = is_replay


def connect(credentials: base.Credentials) -> Wire:
    """Their API for one account; the operator's address wins over the chosen environment."""
    host = HOSTS[credentials.get("baseUrl", "production")]
    return Wire(
        "Easypay",
        (credentials.base_url or host).rstrip("/"),
        _refuse,
        {"AccountId": credentials["accountId"], "ApiKey": credentials["apiKey"]},
        patient(over_requests("Easypay")),
    )


def patient(send: Transport) -> Transport:
    """Sends a second time what got no answer, or one that asks for it: every call here either
    changes nothing or counts once, by its key or by what it says."""

    def twice(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        try:
            reply = send(method, url, headers, body)
        except base.Unavailable:
            return send(method, url, headers, body)
        if _asks_again(method, reply):
            reply = send(method, url, headers, body)
        if reply.status >= 500 and _is_replay(reply):
            raise StoredFailure(f"Easypay answered {reply.status}")
        return reply

    return twice


def _asks_again(method: str, reply: Reply) -> bool:
    """What their retry hint says; without one 409, 502, 503 and 500 unless to a POST. A 429 waits
    for our own next try, and other refusals are answers: their key repeats them."""
    if reply.status != 409 and reply.status < 500:
        return False
    hint = reply.headers.get("x-easypay-should-retry", "").lower()
    if hint in {"true", "false"}:
        return hint == "true"
    return reply.status in {409, 502, 503} or (reply.status == 500 and method != "POST")


def _is_replay(reply: Reply) -> bool:
    return reply.headers.get("idempotency-replay", "").lower() == "true"


def words(reply: Reply) -> str:
    """What they say, which is a list of texts or one text."""
    said = reply.data.get("message")
    texts = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    found = "; ".join(one.strip() for one in texts if isinstance(one, str) and one.strip())
    return found[:250] or f"status {reply.status}"


def _refuse(reply: Reply) -> base.GatewayError:
    said = f"Easypay: {words(reply)}"
    if reply.status in {401, 403}:
        # They have no other word for wrong credentials, a blocked account and a missing right.
        return base.Misconfigured(said)
    if reply.status == 404:
        return base.Missing(said)
    if reply.status == 409 or "idempotency" in said.lower():
        return base.Unavailable(said)  # the first call with this key may have made something
    if reply.status == 422 and TRANSIENT in said.lower():
        return NotNow(said, is_replay=_is_replay(reply))
    return base.Impossible(said)
