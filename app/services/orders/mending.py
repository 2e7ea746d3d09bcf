"""What a person does where a gateway and we do not say the same: ask again, accept money that came
late, say that it is dealt with. Refunds are made in services/refunds."""

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.models import Attention, Order, Payment, PaymentStatus, Refund, TimelineEntry
from app.models.payment import OPEN
from app.services import keeping, records, refunds
from app.services.orders import asking, look, money_in
from app.services.orders.attention import MOVES_UNKNOWN, NOT_KNOWING
from app.services.orders.money_in import LOOKED_AT, MISMATCHES
from app.services.orders.settle import lock

__all__ = ["accept_late", "ask_again", "look_at"]


def ask_again(order_id: str, *, actor: str) -> None:
    """Ask about the order's payments, and have its refunds asked about (a flow). Raises NotFound,
    AppError 502 when the gateway does not answer."""
    found = look.get(order_id)
    refunds.ask_again(found.refunds)
    keeping.of(found.order).ask_again(found.order)
    asking.ask_about(found, actor=actor)


def accept_late(order_id: str, *, actor: str) -> None:
    """Take money that came after the deadline for the order after all, and tell the provider that
    it is paid (a step). Raises NotFound, Conflict when there is none or some of it goes back."""
    with transaction():
        order = _locked(order_id)
        if order.status not in money_in.ENDED or order.settled_by is None:
            raise Conflict("No money is held for this order", "nothing_held")
        _, payment = lock(order.settled_by)
        if payment.refundable_minor != payment.amount_minor:
            raise Conflict("That money is going back already", "nothing_held")
        records.timeline(order, "order.late_accepted", payment=payment, actor=actor)
        money_in.pay(order, payment)
        order.attention = None


def look_at(order_id: str, code: str, *, actor: str) -> None:
    """A person dealt with what `code` says (a step); twice is fine.

    Money that is not what was asked for was given back, or kept, where it came: its payment has
    failed for us, so that the order does not wait for ever. Raises NotFound, Conflict when it is
    something else by now or only a gateway's answer can end it.
    """
    with transaction():
        order = _locked(order_id)
        failures = _failures(order_id)
        if order.attention != code and not (failures and code == Attention.refund_failed):
            if order.attention is None:
                return
            raise Conflict("Something else is the matter by now", "saved_meanwhile")
        if code in MOVES_UNKNOWN or (code in NOT_KNOWING and _is_asked(order_id)):
            raise Conflict("Only the gateway's answer ends this: ask again", "not_decided")
        if code in MISMATCHES:
            _put_aside(order, Attention(code), actor)
        else:
            records.timeline(order, LOOKED_AT, actor=actor, code=code)
        for one in failures:
            one.looked_at = clock.now()
        if order.attention == code:
            order.attention = None


def _put_aside(order: Order, code: Attention, actor: str) -> None:
    """The payment whose money was not what was asked for ends; hearing of the same money again
    changes nothing, and the right amount would still pay the order."""
    told = db.session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.order_id == order.id, TimelineEntry.kind == f"attention.{code}")
        .order_by(TimelineEntry.id.desc())
        .limit(1)
    ).one()
    _, payment = lock(told.payment_id or "")
    received = told.data.get("received")
    records.timeline(order, LOOKED_AT, payment=payment, actor=actor, code=code, received=received)
    if payment.status in OPEN:
        payment.status, payment.next_check_at = PaymentStatus.failed, None
        payment.failure = f"{code}: put aside by a person"
        money_in.fall_through(order, payment, PaymentStatus.failed)


def _locked(order_id: str) -> Order:
    order = db.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update()
    ).one_or_none()
    if order is None:
        raise NotFound("No such order")
    return order


def _failures(order_id: str) -> list[Refund]:
    """Failed refunds that nobody has looked at."""
    failed = select(Refund).where(
        Refund.order_id == order_id, Refund.status == "failed", Refund.looked_at.is_(None)
    )
    return list(db.session.scalars(failed))


def _is_asked(order_id: str) -> bool:
    """Whether a payment is open, so that its gateway's answer decides."""
    still = select(Payment.id).where(Payment.order_id == order_id, Payment.status.in_(OPEN))
    return db.session.scalars(still.limit(1)).first() is not None
