"""Square's objects, as dicts, in our words.

A payment link has an order; what the customer pays are the order's tenders, each of which is a
payment. An order with something to deliver stays OPEN after it is paid, so its payments decide.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.gateways import base

__all__ = ["failure_of", "of_order", "of_refund", "payment_ids"]

_PAYMENT = {
    "PENDING": "processing",
    "APPROVED": "processing",
    "COMPLETED": "succeeded",
    "CANCELED": "cancelled",
    "FAILED": "failed",
}
# COMPLETED without a payment: settled there by other means; nothing more may be taken.
_ORDER = {
    "DRAFT": "pending",
    "OPEN": "pending",
    "CANCELED": "cancelled",
    "COMPLETED": "processing",
}
_REFUND = {
    "PENDING": "pending",
    "COMPLETED": "succeeded",
    "REJECTED": "failed",
    "FAILED": "failed",
}
_WHY_NOT = {"REJECTED": "Square rejected the refund", "FAILED": "the refund failed at Square"}


def payment_ids(order: Mapping[str, Any]) -> list[str]:
    """The payments that an order's tenders stand for (a tender has the id of its payment)."""
    tenders = order.get("tenders") or []
    found = [one.get("payment_id") or one.get("id") for one in tenders if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str) and one]


def of_order(order: Mapping[str, Any], payments: Sequence[Mapping[str, Any]]) -> base.Snapshot:
    """An order with the payments of its tenders; what is another order's does not count.

    A card refused on Square's page becomes no tender, and the order stays open for another try; so
    it may after a tender failed. Such a payment is pending, and says why the last try failed.
    Money in several parts (a gift card and a card) counts together.
    """
    ours = [one for one in payments if one.get("order_id") in {None, order.get("id")}]
    status = _status(order, ours)
    came = [one for one in ours if one.get("status") == "COMPLETED"]
    # Until the money came, events name the order and nothing else that we know.
    most = max(came, key=_paid) if came and status == "succeeded" else None
    return base.Snapshot(
        status,
        paid_minor=sum(_paid(one) for one in came) if most else 0,
        refunded_minor=sum(_amount(one, "refunded_money") for one in came) if most else 0,
        currency=_currency(most or {}, order),
        gateway_payment_id=most["id"] if most else None,
        account=order.get("location_id"),
        paid_at=_moment(most.get("created_at")) if most else None,
        failure=_last_failure(ours) if status in {"failed", "pending"} else None,
    )


def _status(order: Mapping[str, Any], payments: Sequence[Mapping[str, Any]]) -> str:
    found = {_PAYMENT.get(str(one.get("status")), "processing") for one in payments}
    of_order = _ORDER.get(str(order.get("state")), "pending")
    decisive = ["processing", "succeeded"]
    if of_order != "pending":  # while it is, the link can still be paid
        decisive += ["failed", "cancelled"]
    return next((status for status in decisive if status in found), of_order)


def _last_failure(payments: Sequence[Mapping[str, Any]]) -> str | None:
    return next(filter(None, map(failure_of, reversed(payments))), None)


def of_refund(refund: Mapping[str, Any]) -> base.RefundResult:
    """A PaymentRefund."""
    status = str(refund.get("status"))
    return base.RefundResult(refund["id"], _REFUND.get(status, "pending"), _WHY_NOT.get(status))


def failure_of(payment: Mapping[str, Any]) -> str | None:
    """Why a payment did not come about, in Square's words; None for one that did, or still may."""
    if payment.get("status") == "CANCELED":
        return "the payment was cancelled at Square"
    if payment.get("status") != "FAILED":
        return None
    errors = (payment.get("card_details") or {}).get("errors") or [{}]
    return str(errors[0].get("detail") or errors[0].get("code") or "declined")[:300]


def _paid(payment: Mapping[str, Any]) -> int:
    """All that the customer gave, tip included: if that differs from what was asked, a person has
    to look."""
    return _amount(payment, "total_money" if payment.get("total_money") else "amount_money")


def _amount(payment: Mapping[str, Any], name: str) -> int:
    return int((payment.get(name) or {}).get("amount") or 0)


def _currency(payment: Mapping[str, Any], order: Mapping[str, Any]) -> str | None:
    money = payment.get("total_money") or payment.get("amount_money") or order.get("total_money")
    return (money or {}).get("currency")


def _moment(text: Any) -> datetime | None:
    """RFC 3339, as Square writes every time."""
    return datetime.fromisoformat(text) if isinstance(text, str) else None
