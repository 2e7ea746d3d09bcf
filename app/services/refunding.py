"""What a payment may still give back: reserved before anybody is asked, freed when it failed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from app.extensions import changed, db
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Attention, NoticeKind, Order, Payment, PaymentStatus, Refund, RefundStatus
from app.services import keeping, notices, records, tasks
from app.services.orders import attention

__all__ = [
    "failed",
    "is_stopped",
    "release",
    "reserve",
    "stop",
    "task_key",
    "too_large",
    "total",
]

STOPPED = "stopped: the customer's bank has it"


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
    Raises Conflict `refund_too_large`, `chargeback_open` while the customer's bank has the money
    and has still to decide.
    """
    db.session.flush()  # the UPDATE below must see what this step has changed so far
    taken = changed(
        update(Payment)
        .where(
            Payment.id == payment.id,
            Payment.status == PaymentStatus.succeeded,
            Payment.refunded_minor + Payment.reserved_minor + Payment.taken_minor + amount_minor
            <= Payment.amount_minor,
        )
        .values(reserved_minor=Payment.reserved_minor + amount_minor)
    )
    if taken != 1:
        raise too_large(payment)
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
    keeping.of(order).refund_reserved(order, payment, refund)
    records.timeline(
        order,
        "refund.requested",
        payment=payment,
        actor=actor,
        refund=refund.id,
        amount=str(refund.money),
        cause=cause,
    )
    tasks.add("refunds.send", {"refund": refund.id}, key=task_key(refund.id), due=task_due)
    return refund


def too_large(payment: Payment) -> Conflict:
    """Why so much cannot be refunded."""
    if payment.is_contested and payment.taken_minor:
        return Conflict("The customer's bank has taken this money back", "chargeback_open")
    if payment.refundable_minor == 0:
        return Conflict("Nothing is left to refund", "refund_too_large")
    left = Money(payment.refundable_minor, payment.currency)
    return Conflict(f"Only {left} is left to refund", "refund_too_large")


def task_key(refund_id: str) -> str:
    """What the one task that asks for a refund goes by."""
    return f"refund:{refund_id}"


def release(payment: Payment) -> None:
    """Reserve what is still under way (a part), and no more than is left: the gateway's total may
    already hold a refund whose answer we have not recorded."""
    under_way = total(payment, Refund.UNDECIDED)
    payment.reserved_minor = min(under_way, payment.amount_minor - payment.refunded_minor)


def failed(order: Order, payment: Payment, refund: Refund) -> None:
    """A refund definitely did not happen (a part): its money may be refunded again, and somebody
    should look. If it was counted already, a task corrects that."""
    release(payment)
    keeping.of(order).refund_failed(order, payment)
    attention.say(order, Attention.refund_failed)
    records.timeline(
        order, "refund.failed", payment=payment, refund=refund.id, failure=refund.failure
    )
    notices.about_order(NoticeKind.refund_failed, order)
    if payment.refunded_minor and refund.gateway_refund_id:
        tasks.add("refunds.review", {"payment": payment.id}, key=f"review:{payment.id}")


def is_stopped(order: Order, payment: Payment) -> bool:
    """Whether the customer's bank came first (a part): then a refund that the gateway was surely
    never asked for would give the customer the same money twice."""
    return payment.is_overdrawn or keeping.of(order).stops_refunds(order, payment)


def stop(order: Order, payment: Payment, refund: Refund) -> None:
    """Give up a refund that the gateway was never asked for (a part)."""
    refund.status, refund.failure = RefundStatus.failed, STOPPED
    failed(order, payment, refund)


def total(payment: Payment, statuses: Collection[str]) -> int:
    """What our own refunds of a payment in these states come to, in minor units (a part)."""
    db.session.flush()
    amounts = db.session.scalars(
        select(Refund.amount_minor).where(
            Refund.payment_id == payment.id, Refund.status.in_(statuses)
        )
    ).all()
    return sum(amounts)
