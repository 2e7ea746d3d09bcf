"""The one function that changes an order's state: it merges what a gateway says now.

Whoever brings the news (an inbound event, the return page, the reconciler, a merchant), it is a
snapshot in absolute amounts, merged monotonically under the order's row lock; so news that come
twice, late or in any order end in the same state and tell the provider once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.adapters.gateways.base import Snapshot
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import NotFound
from app.models import Order, OrderStatus, Payment, PaymentStatus
from app.models.payment import OPEN
from app.services import records
from app.services.orders import attention, chargebacks, money_in, money_out, schedule

__all__ = ["Settled", "lock", "merge", "settle"]


@dataclass(frozen=True)
class Settled:
    """How an order and a payment stand after the news."""

    order_id: str
    order_status: OrderStatus
    payment_status: PaymentStatus
    attention: str | None


def settle(
    payment_id: str,
    snapshot: Snapshot,
    *,
    actor: str = "gateway",
    asked_at: datetime | None = None,
) -> Settled:
    """Merge a snapshot into a payment and its order (a step). `asked_at` is the moment before the
    gateway was asked for it, or when it came unasked; None: just now. Raises NotFound."""
    with transaction():
        order, payment = lock(payment_id)
        merge(order, payment, snapshot, actor=actor, asked_at=asked_at)
        return Settled(
            order.id,
            OrderStatus(order.status),
            PaymentStatus(payment.status),
            order.attention,
        )


def lock(payment_id: str) -> tuple[Order, Payment]:
    """A payment and its order, locked in the order every step locks: order first (a part)."""
    of_payment = select(Payment.order_id).where(Payment.id == payment_id).scalar_subquery()
    order = db.session.scalars(
        select(Order).where(Order.id == of_payment).with_for_update()
    ).one_or_none()
    if order is None:
        raise NotFound("No such payment")
    payment = db.session.scalars(
        select(Payment).where(Payment.id == payment_id).with_for_update()
    ).one()
    return order, payment


def merge(
    order: Order,
    payment: Payment,
    snapshot: Snapshot,
    *,
    actor: str = "gateway",
    asked_at: datetime | None = None,
) -> None:
    """Merge a snapshot into a locked order and payment (a part); `asked_at` as in `settle`."""
    is_current = payment.is_live
    _learn_ids(payment, snapshot)
    if snapshot.status == "succeeded":
        money_in.take(order, payment, snapshot, actor)
        money_out.merge_refunded(order, payment, snapshot, actor)
        chargebacks.merge(order, payment, snapshot, asked_at or clock.now())
    elif payment.status in OPEN or payment.status == PaymentStatus.superseded:
        _not_paid(order, payment, snapshot, actor)
    if is_current or payment.id == order.settled_by:
        attention.clear(order)
    schedule.plan(order, payment)


def _learn_ids(payment: Payment, snapshot: Snapshot) -> None:
    payment.gateway_ref = payment.gateway_ref or snapshot.gateway_ref
    payment.gateway_payment_id = snapshot.gateway_payment_id or payment.gateway_payment_id
    payment.account = payment.account or snapshot.account


def _not_paid(order: Order, payment: Payment, snapshot: Snapshot, actor: str) -> None:
    """Pending, processing or ended without money. A superseded payment no longer speaks for the
    order, whatever becomes of it, unless it is paid after all."""
    status = PaymentStatus(snapshot.status)
    if payment.status in {status, PaymentStatus.superseded}:
        return
    is_pending = status == PaymentStatus.pending
    if is_pending and payment.status == PaymentStatus.processing and snapshot.failure is None:
        return
    payment.status = status
    payment.failure = snapshot.failure
    # Where a gateway sees money before it takes it, the first sighting is when it was paid.
    payment.paid_at = snapshot.paid_at if status == PaymentStatus.processing else None
    records.timeline(
        order, f"payment.{status}", payment=payment, actor=actor, failure=snapshot.failure
    )
    if status == PaymentStatus.processing:
        if payment.is_live and order.is_payable:
            order.move_to(OrderStatus.processing)
    elif is_pending:
        money_in.falter(order, payment)
    elif status not in OPEN:
        money_in.fall_through(order, payment, status)
