"""Stripe's objects, as dicts, in our words."""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import actions, base
from app.adapters.gateways.stripe.amounts import from_stripe
from app.kit import clock

__all__ = ["id_of", "of_intent", "of_refund", "of_session", "qr"]

_INTENT = {
    "requires_payment_method": "pending",
    "requires_confirmation": "pending",
    "requires_action": "pending",
    "requires_capture": "processing",
    "processing": "processing",
    "succeeded": "succeeded",
    "canceled": "cancelled",
}
_REFUND = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


def of_intent(intent: Mapping[str, Any]) -> base.Snapshot:
    """A PaymentIntent, with `latest_charge` expanded where there is one."""
    status = _INTENT.get(intent["status"], "pending")
    failure = _failure(intent)
    if status == "pending" and failure:
        status = "failed"
    if status == "cancelled" and intent.get("cancellation_reason") in {"automatic", "expired"}:
        status = "expired"
    currency = intent["currency"].upper()
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, Mapping) else {}
    paid = intent.get("amount_received", 0) if status == "succeeded" else 0
    return base.Snapshot(
        status,
        paid_minor=from_stripe(paid, currency),
        refunded_minor=from_stripe(charge.get("amount_refunded", 0), currency),
        currency=currency,
        gateway_ref=intent["id"],
        gateway_payment_id=intent["id"],
        test_mode=not intent["livemode"],
        paid_at=clock.from_unix(charge["created"]) if charge.get("created") else None,
        failure=failure,
    )


def of_session(session: Mapping[str, Any]) -> base.Snapshot:
    """A Checkout Session, with `payment_intent.latest_charge` expanded.

    While it is open, a declined card is a note, not a failure: the customer is still there.
    """
    intent = session.get("payment_intent")
    paid = of_intent(intent) if isinstance(intent, Mapping) else None
    status = _session_status(session, paid)
    return base.Snapshot(
        status,
        paid_minor=paid.paid_minor if paid and status == "succeeded" else 0,
        refunded_minor=paid.refunded_minor if paid else 0,
        currency=session["currency"].upper() if session.get("currency") else None,
        gateway_ref=session["id"],
        gateway_payment_id=id_of(intent),
        test_mode=not session["livemode"],
        paid_at=paid.paid_at if paid else None,
        failure=paid.failure if paid and status == "failed" else None,
    )


def _session_status(session: Mapping[str, Any], paid: base.Snapshot | None) -> str:
    if session["status"] == "expired":
        return "expired"
    if session["status"] == "open":
        return "pending"
    if session["payment_status"] in {"paid", "no_payment_required"}:
        return "succeeded"
    return "failed" if paid and paid.status == "failed" else "processing"


def of_refund(refund: Mapping[str, Any]) -> base.RefundResult:
    """A Refund."""
    return base.RefundResult(
        refund["id"], _REFUND.get(refund["status"], "pending"), refund.get("failure_reason")
    )


def qr(shown: Mapping[str, Any]) -> actions.ShowQr:
    """The next action of a confirmed Cash App intent."""
    code = shown.get("qr_code") or {}
    expires = code.get("expires_at")
    return actions.ShowQr(
        url=shown["hosted_instructions_url"],
        mobile_url=shown.get("mobile_auth_url"),
        image_url=code.get("image_url_png") or code.get("image_url_svg"),
        expires_at=clock.from_unix(expires) if expires else None,
    )


def id_of(reference: Any) -> str | None:
    """The id of an object that may be expanded, or absent."""
    if isinstance(reference, Mapping):
        return str(reference["id"])
    return reference or None


def _failure(intent: Mapping[str, Any]) -> str | None:
    error = intent.get("last_payment_error")
    if not error:
        return None
    return str(error.get("message") or error.get("code") or "declined")[:300]
