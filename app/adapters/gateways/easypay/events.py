"""Easypay's notifications. Nobody signs them: a body that could be theirs is a hint to ask, and
one that could not be is refused.

Shapes from the section "Notifications / Webhooks" of https://docs.easypay.pt: generic ones name
what happened in `type` and `status`; the two others hold what happened as an object.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import base
from app.kit import strictjson

__all__ = ["read"]

LIMIT = 64 * 1024  # bytes; theirs are below two thousand
KEY = 255  # characters of the keys that we may give
ABOUT_PAYMENTS = {"authorisation", "capture", "refund", "void", "chargeback"}
OTHERS = {
    "frequent_create",
    "subscription_create",
    "subscription_capture",
    "out_payment",
}
STATUSES = {"success", "failed"}
CHARGEBACK = "An unsigned call in Easypay's name tells of a chargeback; look into its backoffice"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def read(call: base.InboundCall) -> base.GatewayEvent:
    """The notification as a hint. Raises BadSignature for what Easypay would not send."""
    if len(call.body) > LIMIT:
        raise base.BadSignature("too large for a notification")
    try:
        told = strictjson.parse_object(call.body)
    except strictjson.InvalidJson:
        raise base.BadSignature("not a notification") from None
    type_, status, key = _happened(told)
    thing = _id(told)
    return base.GatewayEvent(
        external_id=f"{type_}:{status}:{thing}",
        type=type_,
        reference=key or None,
        # With a key the id proves less: a forger may name our payment beside another one's id.
        gateway_ref=None if key else thing,
        note=CHARGEBACK if type_ == "chargeback" else None,
        is_relevant=type_ in ABOUT_PAYMENTS,
        is_proven=False,
    )


def _happened(told: Mapping[str, Any]) -> tuple[str, str, str]:
    """What happened, how it ended, and the key that we gave it."""
    found: tuple[Any, Any, Any]
    if isinstance(inner := told.get("transaction"), dict):
        found = inner.get("type", "capture"), "success", inner.get("key", "")
    elif isinstance(inner := told.get("authorisation"), dict):
        found = "authorisation", "success", told.get("key", "")
    else:
        found = told.get("type"), told.get("status"), told.get("key", "")
    if not all(isinstance(one, str) for one in found):
        raise base.BadSignature("no notification of Easypay's says that")
    type_, status, key = found
    if type_ not in ABOUT_PAYMENTS | OTHERS or status not in STATUSES:
        raise base.BadSignature("no notification of Easypay's has these words")
    if len(key) > KEY or not key.isprintable():
        raise base.BadSignature("not a key")
    return type_, status, key


def _id(told: Mapping[str, Any]) -> str:
    found = told.get("id")
    if not isinstance(found, str) or not _UUID.fullmatch(found):
        raise base.BadSignature("not an id of Easypay's")
    return found.lower()
