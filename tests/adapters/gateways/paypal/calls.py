"""Calls of PayPal's, signed by it unless somebody else is named, and what was asked about."""

from __future__ import annotations

from app.adapters.gateways import base
from tests.adapters.gateways.rigs.paypal import WEBHOOK_ID

__all__ = ["VERIFY", "asked", "call_of", "event"]

VERIFY = "/v1/notifications/verify-webhook-signature"


def asked(rig) -> int:
    """How often PayPal was asked whether it made a call."""
    return len(rig.fake.calls("POST", VERIFY))


def call_of(rig, event, webhook_id=WEBHOOK_ID, at=None, by="paypal") -> base.InboundCall:
    """A call about an event, or with these bytes."""
    body, headers = rig.fake.sign(event, webhook_id, at, by)
    return base.InboundCall(body, {name.lower(): value for name, value in headers.items()})


def event(type_: str = "PAYMENT.CAPTURE.COMPLETED", **resource) -> dict:
    """An event about a capture."""
    thing = {"id": "CAP1", "custom_id": "pay_1", **resource}
    return {"id": "WH-1", "event_type": type_, "resource": thing}
