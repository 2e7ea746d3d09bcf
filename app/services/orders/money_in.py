"""Money that arrived, or finally did not. Parts of settling; the order is locked."""

from sqlalchemy import select

from app.adapters.gateways.base import Snapshot
from app.extensions import db
from app.kit import clock
from app.models import (
    Attention,
    EventType,
    LatePolicy,
    NoticeKind,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Provider,
    TimelineEntry,
)
from app.models.payment import OPEN
from app.services import analytics, events, keeping, notices, records, refunding, tasks
from app.services.mail import customers

__all__ = ["ENDED", "LOOKED_AT", "MISMATCHES", "fall_through", "falter", "pay", "supersede", "take"]

ENDED = {OrderStatus.cancelled, OrderStatus.expired}
MISMATCHES = {
    Attention.amount_mismatch,
    Attention.mode_mismatch,
    Attention.account_mismatch,
}
_NEVER_HEARD = (Attention.payment_unconfirmed, PaymentStatus.failed)
LOOKED_AT = "attention.looked_at"  # what the timeline calls a person's word that it is dealt with


def take(order: Order, payment: Payment, snapshot: Snapshot, actor: str) -> None:
    """A gateway says this payment succeeded: believe it if it is what was asked for, once."""
    if payment.status == PaymentStatus.succeeded:
        return
    if problem := _mismatch(payment, snapshot):
        _hold(order, payment, problem, snapshot, actor)
        return
    is_heard_of = (order.attention, payment.status) == _NEVER_HEARD
    if order.attention in MISMATCHES or is_heard_of:
        order.attention = None  # what was missing came after all
    payment.status = PaymentStatus.succeeded
    payment.paid_at = payment.paid_at or snapshot.paid_at or clock.now()
    payment.failure = None
    records.timeline(order, "payment.succeeded", payment=payment, actor=actor)
    if order.settled_by and order.settled_by != payment.id:
        _duplicate(order, payment)
    elif _is_late(order, payment):
        _late(order, payment)
    else:
        pay(order, payment)


def _mismatch(payment: Payment, snapshot: Snapshot) -> Attention | None:
    if snapshot.test_mode is not None and snapshot.test_mode != payment.test_mode:
        return Attention.mode_mismatch
    if snapshot.account and payment.account and snapshot.account != payment.account:
        return Attention.account_mismatch
    if snapshot.currency and snapshot.currency != payment.currency:
        return Attention.amount_mismatch
    if snapshot.paid_minor != payment.amount_minor:
        return Attention.amount_mismatch
    return None


def _hold(
    order: Order, payment: Payment, problem: Attention, snapshot: Snapshot, actor: str
) -> None:
    """Money came, but not what was asked for: nobody is told "paid" before a person looked."""
    received = f"{snapshot.currency or payment.currency} {snapshot.paid_minor} (minor units)"
    if order.attention == problem or _was_looked_at(payment, problem, received):
        return
    payment.status = PaymentStatus.processing
    order.attention = problem
    if order.is_payable:
        order.move_to(OrderStatus.processing)
    records.timeline(
        order,
        f"attention.{problem}",
        payment=payment,
        actor=actor,
        expected=str(payment.money),
        received=received,
    )
    notices.about_order(NoticeKind(problem), order)


def _was_looked_at(payment: Payment, problem: Attention, received: str) -> bool:
    """A person dealt with exactly this: the gateway only says it again."""
    words = db.session.scalars(
        select(TimelineEntry.data).where(
            TimelineEntry.order_id == payment.order_id,
            TimelineEntry.payment_id == payment.id,
            TimelineEntry.kind == LOOKED_AT,
        )
    )
    return {"code": problem, "received": received} in list(words)


def _is_late(order: Order, payment: Payment) -> bool:
    """Late is what the gateway took after our expiry, by its time; not what we heard late."""
    if order.status == OrderStatus.cancelled:
        return True
    return payment.paid_at is not None and payment.paid_at > order.expires_at


def pay(order: Order, payment: Payment) -> None:
    """This payment is the one that pays the order (a part), and the provider is told."""
    supersede(order, except_for=payment)
    payment.is_live = True
    order.settled_by = payment.id
    order.paid_at = payment.paid_at
    order.move_to(OrderStatus.paid)
    records.timeline(order, "order.paid", payment=payment)
    customers.paid(order, payment)
    analytics.paid(order, payment)
    events.append(order, EventType.payment_succeeded, payment)
    keeping.of(order).paid(order, payment)


def _late(order: Order, payment: Payment) -> None:
    provider = db.session.get_one(Provider, order.provider_id)
    policy = LatePolicy(provider.late_policy)
    order.attention = Attention.paid_late
    records.timeline(order, "attention.paid_late", payment=payment, policy=policy)
    notices.about_order(NoticeKind.paid_late, order)
    if policy == LatePolicy.accept:
        pay(order, payment)
        return
    supersede(order, except_for=payment)
    order.settled_by = payment.id
    if order.status not in ENDED:
        order.move_to(OrderStatus.expired)
    if policy == LatePolicy.refund:
        refunding.reserve(order, payment, payment.amount_minor, cause="late")


def _duplicate(order: Order, payment: Payment) -> None:
    """A second success: the customer paid twice and gets this one back."""
    payment.is_duplicate = True
    order.attention = Attention.duplicate_payment
    records.timeline(order, "attention.duplicate_payment", payment=payment)
    notices.about_order(NoticeKind.duplicate_payment, order)
    refunding.reserve(order, payment, payment.amount_minor, cause="duplicate")


def fall_through(order: Order, payment: Payment, status: PaymentStatus) -> None:
    """The order's current payment ended without money. One that was under way and then cancelled
    or expired has failed the customer as well."""
    if not payment.is_live:
        return
    payment.is_live = False
    if status != PaymentStatus.failed and order.status != OrderStatus.processing:
        return
    _fail(order, payment)


def falter(order: Order, payment: Payment) -> None:
    """What was under way failed, and may be tried again by the very link the customer has: the
    order has failed as after any failure, the payment goes on."""
    if payment.is_live and order.status == OrderStatus.processing:
        _fail(order, payment)


def _fail(order: Order, payment: Payment) -> None:
    if order.status in {OrderStatus.pending, OrderStatus.processing}:
        order.move_to(OrderStatus.failed)
        records.timeline(order, "order.failed", payment=payment, failure=payment.failure)
    events.append(order, EventType.payment_failed, payment)


def supersede(order: Order, *, except_for: Payment | None = None) -> None:
    """Take every other open payment of an order out of the running; cancel it at its gateway."""
    others = db.session.scalars(
        select(Payment)
        .where(Payment.order_id == order.id, Payment.status.in_(OPEN))
        .with_for_update()
    ).all()
    for other in others:
        if except_for is not None and other.id == except_for.id:
            continue
        other.status = PaymentStatus.superseded
        other.is_live = False
        other.next_check_at = None
        tasks.add("payments.cancel", {"payment": other.id}, key=f"cancel:{other.id}")
    db.session.flush()  # the index of live payments must see these before the next one
