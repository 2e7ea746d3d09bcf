"""PayPal's webhook events, proven, and reduced to which payment they are about."""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal import claims, proof, snapshots
from app.adapters.gateways.paypal.client import Client

__all__ = ["EVENTS", "read"]

# PayPal's pages call a refused capture both DENIED and DECLINED.
EVENTS = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
)
_OF_REFUND = {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}


def read(call: base.InboundCall, client: Client, webhook_id: str) -> base.GatewayEvent:
    """Have PayPal confirm the call, and translate it. Raises BadSignature; Busy, Unavailable and
    Misconfigured when PayPal cannot be asked."""
    claim = claims.read(call)
    proof.prove(client, webhook_id, claim)
    type_, thing = claim.event["event_type"], claim.event["resource"]
    refund_id = _text(thing.get("id")) if type_ in _OF_REFUND else None
    return base.GatewayEvent(
        external_id=claim.event["id"],
        type=type_,
        reference=_text(thing.get("custom_id") or snapshots.unit_of(thing).get("custom_id")),
        gateway_ref=refund_id,
        gateway_payment_id=_capture_id(type_, thing),
        note=_note(type_, thing),
        is_relevant=type_ in EVENTS,
    )


def _capture_id(type_: str, thing: Mapping[str, Any]) -> str | None:
    """The payment's money. A refund names it by a link alone, and so does a reversal."""
    if type_ in _OF_REFUND:
        return snapshots.link(thing, "up").rsplit("/", 1)[-1] or None
    if type_ == "CUSTOMER.DISPUTE.CREATED":
        disputed = thing.get("disputed_transactions")
        first = disputed[0] if isinstance(disputed, list) and disputed else {}
        return _text(first.get("seller_transaction_id")) if isinstance(first, dict) else None
    return _text(thing.get("id")) if type_.startswith("PAYMENT.CAPTURE.") else None


def _note(type_: str, thing: Mapping[str, Any]) -> str | None:
    """What of an event the payment's state does not show."""
    if type_ == "PAYMENT.CAPTURE.REVERSED":
        return "PayPal took the money back from the merchant's account"
    if type_ == "CUSTOMER.DISPUTE.CREATED":
        return "the customer opened a dispute at PayPal"
    if type_ == "CHECKOUT.PAYMENT-APPROVAL.REVERSED":
        return "the customer's approval lapsed at PayPal before the money was taken"
    if type_ in {"PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED"}:
        return snapshots.reason_of(thing)
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
