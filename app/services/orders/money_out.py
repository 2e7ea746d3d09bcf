"""Money that went back. Parts of settling; the order is locked."""

from app.adapters.gateways.base import Snapshot
from app.kit.money import Money
from app.models import EventType, Order, OrderStatus, Payment, PaymentStatus
from app.services import events, records

__all__ = ["merge_refunded"]


def merge_refunded(order: Order, payment: Payment, snapshot: Snapshot, actor: str) -> None:
    """Raise what a payment has refunded to the gateway's cumulative amount; never lower it.

    Refunds made elsewhere arrive this way. What exceeds the payment is cut to it.
    """
    total = min(snapshot.refunded_minor, payment.amount_minor)
    if payment.status != PaymentStatus.succeeded or total <= payment.refunded_minor:
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
    if order.settled_by != payment.id or order.status not in {
        OrderStatus.paid,
        OrderStatus.partially_refunded,
    }:
        return
    whole = total == payment.amount_minor
    order.move_to(OrderStatus.refunded if whole else OrderStatus.partially_refunded)
    events.append(order, EventType.payment_refunded, payment, amount=Money(total, payment.currency))
