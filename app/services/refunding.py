"""Reserving a refund: what may be refunded is decided once, under lock, before anybody is asked."""

from datetime import datetime

from sqlalchemy import update

from app.extensions import changed, db
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Order, Payment, PaymentStatus, Refund, RefundStatus
from app.services import records, tasks

__all__ = ["reserve"]


def reserve(
    order: Order,
    payment: Payment,
    amount_minor: int,
    *,
    reason: str | None = None,
    cause: str = "requested",
    actor: str = "gatehouse",
    task_due: datetime | None = None,
) -> Refund:
    """Set money of a payment aside for a refund (a part), and leave the task that asks for it.

    One conditional UPDATE decides; of two that together exceed the payment one is refused.
    Raises Conflict `refund_too_large`.
    """
    db.session.flush()  # the UPDATE below must see what this step has changed so far
    taken = changed(
        update(Payment)
        .where(
            Payment.id == payment.id,
            Payment.status == PaymentStatus.succeeded,
            Payment.refunded_minor + Payment.reserved_minor + amount_minor <= Payment.amount_minor,
        )
        .values(reserved_minor=Payment.reserved_minor + amount_minor)
    )
    if taken != 1:
        left = Money(max(payment.refundable_minor, 0), payment.currency)
        raise Conflict(f"Only {left} is left to refund", "refund_too_large")
    db.session.refresh(payment)
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
        cause=cause,
        status=RefundStatus.requested,
    )
    db.session.add(refund)
    records.timeline(
        order,
        "refund.requested",
        payment=payment,
        actor=actor,
        refund=refund.id,
        amount=str(refund.money),
        cause=cause,
    )
    tasks.add("refunds.send", {"refund": refund.id}, key=f"refund:{refund.id}", due=task_due)
    return refund
