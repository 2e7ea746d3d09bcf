"""What can be said of an inbound call before PayPal is asked whether it made it.

PayPal signs with certificates, and its own endpoint is asked to verify. A call that cannot be
theirs costs nothing: its headers, body, algorithm, certificate's address and time are looked at
here (https://developer.paypal.com/api/rest/webhooks/rest/).
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.adapters.gateways import base as gateways
from app.kit import clock, strictjson

__all__ = ["Claim", "is_webhook_id", "read"]

BODY_LIMIT = 128 * 1024  # bytes; theirs have less than ten thousand
BEFORE, AHEAD = timedelta(days=4), timedelta(minutes=5)  # PayPal tries for three days
_WEBHOOK_ID = re.compile(r"[A-Za-z0-9]{1,50}", re.ASCII)
# By PayPal's description of its endpoint; the address by its advice to trust no other company's.
_HEADERS = {
    "transmission_id": ("paypal-transmission-id", re.compile(r"(?!\d+$)[\w-]{1,50}", re.ASCII)),
    "transmission_time": ("paypal-transmission-time", re.compile(r"[\d:.TZ+-]{1,100}", re.ASCII)),
    "transmission_sig": ("paypal-transmission-sig", re.compile(r"[\w+/]{1,498}={0,2}", re.ASCII)),
    "auth_algo": ("paypal-auth-algo", re.compile("SHA256withRSA")),
    "cert_url": (
        "paypal-cert-url",
        re.compile(r"https://(?:[a-z0-9-]{1,40}\.){1,3}paypal\.com/[\w./-]{1,300}", re.ASCII),
    ),
}


@dataclass(frozen=True)
class Claim:
    """A call that may be PayPal's: its headers, its body as it came, and what is in it."""

    headers: dict[str, str]
    body: bytes
    event: dict[str, Any]

    @property
    def digest(self) -> bytes:
        """The same for the same call, to remember what PayPal said of it."""
        parts = [self.body, *(value.encode() for _, value in sorted(self.headers.items()))]
        return hashlib.sha256(b"\n".join(hashlib.sha256(one).digest() for one in parts)).digest()

    def question(self, webhook_id: str) -> bytes:
        """The body of the question to PayPal, with the call's own body in it byte by byte: the
        signature is over these bytes, and writing the same JSON anew would change them."""
        said = strictjson.dump({**self.headers, "webhook_id": webhook_id})
        return said[:-1] + b',"webhook_event":' + self.body + b"}"


def read(call: gateways.InboundCall) -> Claim:
    """The call, if it may be PayPal's. Raises BadSignature for one that cannot be."""
    headers = {}
    for name, (header, shape) in _HEADERS.items():
        value = call.headers.get(header, "")
        if shape.fullmatch(value) is None:
            raise gateways.BadSignature(f"{header} is missing or not PayPal's")
        headers[name] = value
    _check_signature(headers["transmission_sig"])
    _check_time(headers["transmission_time"])
    return Claim(headers, call.body, _event(call.body))


def is_webhook_id(text: str) -> bool:
    """Whether it can be the id of a webhook, which goes into the signed text."""
    return _WEBHOOK_ID.fullmatch(text) is not None


def _check_signature(text: str) -> None:
    try:
        signature = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise gateways.BadSignature("not a signature") from error
    # RSA with at least 1024 bits; and only one way to write it.
    if len(signature) < 128 or base64.b64encode(signature).decode() != text:
        raise gateways.BadSignature("not a signature")


def _check_time(text: str) -> None:
    try:
        sent = datetime.fromisoformat(text)
    except ValueError as error:
        raise gateways.BadSignature("not a time") from error
    now = clock.now()
    if sent.tzinfo is None or not now - BEFORE <= sent <= now + AHEAD:
        raise gateways.BadSignature("from another time")


def _event(body: bytes) -> dict[str, Any]:
    """What is in the body. It goes into our question as it is, so it has to be one whole object,
    with nothing before or after it."""
    if len(body) > BODY_LIMIT or not (body.startswith(b"{") and body.endswith(b"}")):
        raise gateways.BadSignature("not an event")
    try:
        event = strictjson.parse_object(body, max_depth=40)
    except strictjson.InvalidJson as error:
        raise gateways.BadSignature("not an event") from error
    named = (event.get("id"), event.get("event_type"))
    if not all(isinstance(one, str) and 0 < len(one) <= 100 for one in named):
        raise gateways.BadSignature("an event without id or type")
    if not isinstance(event.get("resource"), dict):
        raise gateways.BadSignature("an event about nothing")
    return event
