"""Square's webhook events: verified, and reduced to which payment they are about.

The signature is the base64 of HMAC-SHA256, by the subscription's key, over the address as it is
registered there and the body (https://developer.squareup.com/docs/webhooks/step3validate). It has
no time in it, so an event that comes again is known by its id alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.square.snapshots import failure_of
from app.kit import strictjson

__all__ = ["EVENTS", "HEADER", "read", "sign"]

HEADER = "x-square-hmacsha256-signature"
EVENTS = ("payment.created", "payment.updated", "refund.created", "refund.updated")


def sign(key: str, url: str, body: bytes) -> str:
    """What Square puts into the header for an event sent to this address."""
    mac = hmac.new(key.encode(), url.encode() + body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def read(call: base.InboundCall, keys: Sequence[str]) -> base.GatewayEvent:
    """Verify with any live key and translate. Raises BadSignature."""
    given = call.headers.get(HEADER, "").encode("utf-8", "replace")
    # Without the registered address the signature would say nothing of who is spoken to.
    if not call.url or not any(
        hmac.compare_digest(sign(key, call.url, call.body).encode(), given) for key in keys
    ):
        raise base.BadSignature("no signature matches")
    try:
        return _translate(strictjson.parse_object(call.body, max_depth=40))
    except (strictjson.InvalidJson, KeyError, TypeError, AttributeError) as error:
        raise base.BadSignature("signed, but not an event") from error


def _translate(event: dict[str, Any]) -> base.GatewayEvent:
    type_, external_id = event["type"], event["event_id"]
    if not isinstance(type_, str) or not isinstance(external_id, str):
        raise TypeError("an event has a type and an id")
    if type_ not in EVENTS:
        return base.GatewayEvent(external_id, type_, is_relevant=False)
    kind = type_.partition(".")[0]
    thing = event["data"]["object"][kind]
    if kind == "refund":
        return base.GatewayEvent(external_id, type_, gateway_payment_id=thing["payment_id"])
    return base.GatewayEvent(
        external_id,
        type_,
        reference=thing.get("note"),
        gateway_payment_id=thing.get("order_id"),  # what a payment is known by until it is paid
        note=failure_of(thing),
    )
