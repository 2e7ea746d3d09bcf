"""Money that went back. Parts of settling; the order is locked."""

from app.adapters.gateways.base import Snapshot
from app.kit.money import Money
from app.models import EventType, Order, OrderStatus, Payment, PaymentStatus
from app.services import analytics, events, keeping, records, tasks
from app.services.mail import customers

__all__ = ["merge_refunded", "take_back"]

SETTLED = {OrderStatus.paid, OrderStatus.partially_refunded, OrderStatus.refunded}


def merge_refunded(order: Order, payment: Payment, snapshot: Snapshot, actor: str) -> None:
    """Raise what a payment has refunded to the gateway's cumulative amount; never lower it.

    Refunds made elsewhere arrive this way. What exceeds the payment is cut to it. An amount that
    is lower than ours may be old news, or a refund of ours has failed: a task finds out.
    """
    total = min(snapshot.refunded_minor, payment.amount_minor)
    if payment.status != PaymentStatus.succeeded or total == payment.refunded_minor:
        return
    if total < payment.refunded_minor:
        tasks.add("refunds.review", {"payment": payment.id}, key=f"review:{payment.id}")
        return
    more = total - payment.refunded_minor
    payment.reserved_minor = min(payment.reserved_minor, payment.amount_minor - total)
    payment.refunded_minor = total
    records.timeline(
        order,
        "payment.refunded",
        payment=payment,
        actor=actor,
        amount=str(Money(more, payment.currency)),
    )
    customers.refunded(order, payment, more)
    if order.settled_by != payment.id or order.status not in SETTLED:
        return
    keeping.of(order).refunded(order, payment)
    analytics.refunded(order, more)
    if order.status != OrderStatus.refunded:
        whole = total == payment.amount_minor
        order.move_to(OrderStatus.refunded if whole else OrderStatus.partially_refunded)
    refunded = Money(total, payment.currency)
    events.append(order, EventType.payment_refunded, payment, refundedAmount=refunded.number)


def take_back(order: Order, payment: Payment, total: int) -> None:
    """A refund failed after it was counted: what is refunded is the gateway's total again.

    The order's status stays, since it never goes back; its attention says what happened.
    """
    if total >= payment.refunded_minor:
        return
    less = payment.refunded_minor - total
    payment.refunded_minor = total
    records.timeline(
        order,
        "payment.refund_taken_back",
        payment=payment,
        amount=str(Money(less, payment.currency)),
    )
    keeping.of(order).refunded(order, payment)
