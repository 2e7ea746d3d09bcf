"""Easypay's objects in our words. Its answers differ between versions and methods, so whatever
says that money came is believed, wherever it stands."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.adapters.gateways import actions, base
from app.adapters.gateways.easypay.amounts import CURRENCY, from_easypay
from app.adapters.gateways.easypay.params import METHODS
from app.kit import clock

__all__ = [
    "created",
    "has_run_out",
    "id_of",
    "is_multibanco",
    "moment",
    "of_refund",
    "of_single",
    "refunded",
    "status_of",
]

ASKS = timedelta(minutes=4)  # that MB WAY keeps asking in the app
LISBON = "Europe/Lisbon"  # where times without a zone are told
_WORDS = {
    "authorised": "processing",
    "failed": "failed",
    "error": "failed",
    "deleted": "cancelled",
    "voided": "cancelled",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
_REFUND = {"waiting": "pending", "pending": "pending", "success": "succeeded", "failed": "failed"}


def created(made: Mapping[str, Any], request: base.PaymentRequest) -> base.Created:
    """What the answer to a creation, or a payment found again, means for the customer. Raises
    Unavailable for one in which something is missing: it was made, and cannot be shown."""
    try:
        return base.Created(
            made["id"],
            gateway_payment_id=id_of(made, "capture"),
            action=_action(_part(made, "method"), request),
        )
    except KeyError as error:
        raise base.Unavailable(f"Easypay's answer lacks {error}") from error


def _action(method: Mapping[str, Any], request: base.PaymentRequest) -> actions.Action:
    if request.method == "multibanco":
        return actions.ShowReference(
            entity=str(method["entity"]),
            reference=str(method["reference"]),
            amount=str(request.money.major),
            expires_at=request.expires_at,
        )
    if request.method == "mbway":
        return actions.Wait(expires_at=request.created_at + ASKS)
    return actions.Redirect(str(method["url"]))


def of_single(
    single: Mapping[str, Any],
    *,
    status: str,
    paid_minor: int,
    refunded_minor: int,
    test_mode: bool,
) -> base.Snapshot:
    """A single payment, with what was learned of it elsewhere."""
    return base.Snapshot(
        status,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
        currency=str(single.get("currency") or CURRENCY),
        gateway_ref=single["id"],
        gateway_payment_id=id_of(single, "capture"),
        test_mode=test_mode,
        paid_at=moment(single.get("paid_at")) if status == "succeeded" else None,
    )


def status_of(single: Mapping[str, Any], payment_status: object = None) -> str:
    """Our word for how a payment stands; `payment_status` from a list, where the payment itself
    has none."""
    words = [
        _word(single.get("payment_status")) or _word(payment_status),
        _word(_part(single, "capture").get("status")),
        _word(_part(single, "method").get("status")),
    ]
    if words[0] == "paid" or words[1] in {"success", "refunded"} or single.get("paid_at"):
        return "succeeded"
    return next((_WORDS[word] for word in words if word in _WORDS), "pending")


def refunded(capture: Mapping[str, Any], paid_minor: int) -> int:
    """Cents that went back of a capture: of refunds that have ended well alone."""
    rows = [one for one in capture.get("refunds") or [] if isinstance(one, Mapping)]
    total = sum(from_easypay(one.get("value")) for one in rows if one.get("status") == "success")
    if not rows and _word(capture.get("status")) == "refunded":
        return paid_minor
    return total


def of_refund(refund: Mapping[str, Any]) -> base.RefundResult:
    """A refund, from its own address or from its capture's list."""
    status = _REFUND.get(_word(refund.get("status")), "pending")
    failure = "Easypay could not complete the refund" if status == "failed" else None
    return base.RefundResult(str(refund["id"]), status, failure)


def is_multibanco(single: Mapping[str, Any]) -> bool:
    """True for a payment by reference; their case of letters varies."""
    return _word(_part(single, "method").get("type")) == METHODS["multibanco"]


def has_run_out(single: Mapping[str, Any]) -> bool:
    """True for a reference whose time is over: nobody can pay it any more."""
    until = moment(single.get("expiration_time"))
    return is_multibanco(single) and until is not None and until <= clock.now()


def id_of(thing: Mapping[str, Any], part: str) -> str | None:
    """The id of an object within another one, if it is there."""
    found = _part(thing, part).get("id")
    return found if isinstance(found, str) and found else None


def _part(thing: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, Mapping) else {}


def _word(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def moment(text: object) -> datetime | None:
    """`2026-01-01 10:00:00`, or with a zone; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(LISBON))).astimezone(UTC)
