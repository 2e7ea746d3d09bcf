"""Resend's calls to us (https://resend.com/docs/dashboard/webhooks): signed by Svix, which is the
scheme of Standard Webhooks with headers of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.adapters.gateways import base
from app.adapters.mail.base import MailReport
from app.kit import signing, strictjson

__all__ = ["read"]

_HEADERS = {"svix-id": "webhook-id", "svix-timestamp": "webhook-timestamp",
            "svix-signature": "webhook-signature"}  # fmt: skip
# Those after which nobody has read the letter, or does not want another.
_FAILURES = {
    "email.bounced": "bounced",
    "email.failed": "failed",
    "email.suppressed": "suppressed",
    "email.complained": "complained",
}


def read(call: base.InboundCall, secrets: Sequence[str], now: float) -> MailReport:
    """A call, once one of the secrets proves it. Raises BadSignature; also for a body that is none
    of theirs."""
    signed = {ours: call.headers[svix] for svix, ours in _HEADERS.items() if svix in call.headers}
    if not any(_proves(signed, call.body, one, now) for one in secrets):
        raise base.BadSignature("not signed with the stored secret")
    try:
        told = strictjson.parse_object(call.body, max_depth=20)
    except strictjson.InvalidJson as error:
        raise base.BadSignature("not a JSON object") from error
    found = told.get("data")
    data: Mapping[str, Any] = found if isinstance(found, dict) else {}
    what = _FAILURES.get(str(told.get("type")), "")
    return MailReport(signed["webhook-id"], what, _tags(data.get("tags")), _reason(data))


def _proves(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    try:
        signing.verify(headers, body, secret, now=now)
    except ValueError:  # BadSignature is one; so is what a secret that is none raises
        return False
    return True


def _tags(told: Any) -> dict[str, str]:
    """Tags are sent as a list of name and value, and told as an object."""
    if isinstance(told, list):
        pairs = [(one.get("name"), one.get("value")) for one in told if isinstance(one, dict)]
    else:
        pairs = list(told.items()) if isinstance(told, dict) else []
    return {str(name): value for name, value in pairs if isinstance(value, str)}


def _reason(data: Mapping[str, Any]) -> str:
    for name in ("bounce", "failed", "suppressed"):
        about = data.get(name)
        if isinstance(about, dict) and (said := about.get("message") or about.get("reason")):
            return str(said)[:300]
    return ""
