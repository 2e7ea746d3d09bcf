"""PayPal's orders and refunds in our words."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal.amounts import from_paypal

__all__ = ["link", "of_order", "of_refund", "reason_of", "refunds_in", "unit_of"]

# An approved order is paid only when we take the money; until then it is as pending as before.
_ORDER = {
    "CREATED": "pending",
    "SAVED": "pending",
    "PAYER_ACTION_REQUIRED": "pending",
    "APPROVED": "pending",
    "VOIDED": "cancelled",
    "COMPLETED": "processing",  # by itself: what it comes to is said by its capture
}
_CAPTURE = {
    "COMPLETED": "succeeded",
    "PARTIALLY_REFUNDED": "succeeded",
    "REFUNDED": "succeeded",
    "PENDING": "processing",
    "DECLINED": "failed",
    "FAILED": "failed",
}
_REFUND = {
    "COMPLETED": "succeeded",
    "PENDING": "pending",
    "FAILED": "failed",
    "CANCELLED": "failed",
}
_REASONS = {
    "ECHECK": "PayPal waits for the customer's bank",
    "PENDING_REVIEW": "PayPal is looking at the payment",
    "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION": "accept the payment in your PayPal account",
    "UNILATERAL": "the merchant's address is not confirmed at PayPal",
    "VERIFICATION_REQUIRED": "the merchant's account is not verified at PayPal",
}


def of_order(order: Mapping[str, Any], *, ref: str, test_mode: bool) -> base.Snapshot:
    """An order as PayPal shows it whole. Raises Unavailable for what is none."""
    unit = unit_of(order)
    if not isinstance(order.get("status"), str) or not unit:
        raise base.Unavailable("PayPal answered with something that is not an order")
    capture = _capture_of(order, unit)
    account = _object(unit.get("payee")).get("merchant_id")
    if capture is None:
        return base.Snapshot(
            _ORDER.get(order["status"], "pending"),
            gateway_ref=ref,
            account=account,
            test_mode=test_mode,
            is_approved=order["status"] == "APPROVED",
        )
    return _of_capture(unit, capture, gateway_ref=ref, account=account, test_mode=test_mode)


def _of_capture(unit: Mapping[str, Any], capture: Mapping[str, Any], **same: Any) -> base.Snapshot:
    status, money = _CAPTURE.get(str(capture.get("status")), "processing"), _money(capture)
    is_paid = status == "succeeded"
    return base.Snapshot(
        status,
        paid_minor=money.minor if is_paid else 0,
        refunded_minor=_refunded(unit, capture, money.minor),
        currency=money.currency,
        gateway_payment_id=str(capture["id"]),
        paid_at=_moment(capture.get("create_time")) if is_paid else None,
        failure=None if is_paid else reason_of(capture),
        **same,
    )


def of_refund(refund: Mapping[str, Any]) -> base.RefundResult:
    """A refund. Raises Unavailable for what is none."""
    if not isinstance(refund.get("id"), str) or not isinstance(refund.get("status"), str):
        raise base.Unavailable("PayPal answered with something that is not a refund")
    status = _REFUND.get(refund["status"], "pending")
    return base.RefundResult(
        refund["id"], status, reason_of(refund) if status == "failed" else None
    )


def refunds_in(order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The refunds of an order's payment."""
    yield from _list(_object(unit_of(order).get("payments")).get("refunds"))


def unit_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """The one purchase unit our orders have; empty where there is none."""
    return next(iter(_list(order.get("purchase_units"))), {})


def link(thing: Mapping[str, Any], *names: str) -> str:
    """The first of its links with one of these names; empty where there is none."""
    found = {one.get("rel"): one.get("href") for one in _list(thing.get("links"))}
    return next((str(found[name]) for name in names if found.get(name)), "")


def reason_of(thing: Mapping[str, Any]) -> str:
    """Why a capture or refund is pending or failed."""
    code = str(_object(thing.get("status_details")).get("reason") or thing.get("status"))
    return _REASONS.get(code, f"PayPal: {code.replace('_', ' ').lower()}")[:300]


def _capture_of(order: Mapping[str, Any], unit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The capture that counts: one that was paid before one that waits, and one that failed only
    where the order is over with it."""
    found = _list(_object(unit.get("payments")).get("captures"))
    for wanted in ("succeeded", "processing", "failed"):
        for one in found:
            status = _CAPTURE.get(str(one.get("status")), "processing")
            is_over = status != "failed" or order["status"] == "COMPLETED"
            if status == wanted and is_over and one.get("id"):
                return one
    return None


def _refunded(unit: Mapping[str, Any], capture: Mapping[str, Any], paid: int) -> int:
    """What has gone back by now; refunds under way or failed do not count."""
    if capture.get("status") == "REFUNDED":
        return paid
    refunds = _list(_object(unit.get("payments")).get("refunds"))
    return sum(_money(one).minor for one in refunds if one.get("status") == "COMPLETED")


def _money(thing: Mapping[str, Any]) -> Any:
    try:
        return from_paypal(_object(thing.get("amount")))
    except ValueError as error:
        raise base.Unavailable("PayPal answered with an amount nobody can read") from error


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
