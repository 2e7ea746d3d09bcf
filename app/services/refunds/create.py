"""A refund that somebody asks for, by the API or on a page. A flow."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.strictjson import dump
from app.models import Order, Payment, Refund
from app.services import idempotency, refunding
from app.services.idempotency import Claim, Key
from app.services.moves import NET
from app.services.orders.settle import lock
from app.services.refunds import sending

__all__ = ["create"]


def create(
    order_id: str,
    amount: Money | None,
    *,
    reason: str | None = None,
    actor: str = "api",
    payment_id: str | None = None,
    key: Key | None = None,
    render: Callable[[Refund], dict[str, Any]],
) -> bytes:
    """Reserve a refund of the payment that paid an order, or of another one of its payments, and
    ask for it at once (a flow).

    `amount` None means all that is left. Gives the body of the answer, which an idempotency key
    replays. Raises NotFound, Conflict when nothing was paid or less is left.
    """
    refund_id, held = _reserve(order_id, payment_id, amount, reason, actor, key)
    sending.send(refund_id)
    with reading() as session:
        refund = session.scalars(select(Refund).where(Refund.id == refund_id)).one()
    body = dump(render(refund))
    idempotency.complete(held, 200, body)
    return body


def _reserve(
    order_id: str,
    payment_id: str | None,
    amount: Money | None,
    reason: str | None,
    actor: str,
    key: Key | None,
) -> tuple[str, Claim | None]:
    with transaction():
        held = idempotency.claim(key) if key else None
        if held and held.subject_id:
            return held.subject_id, held
        order = db.session.scalars(
            select(Order).where(Order.id == order_id).with_for_update()
        ).one_or_none()
        if order is None:
            raise NotFound("No such order")
        payment = _payment_of(order, payment_id or order.settled_by)
        minor = amount.minor if amount else payment.refundable_minor
        if minor <= 0:
            raise refunding.too_large(payment)
        made = refunding.reserve(
            order,
            payment,
            minor,
            reason=reason,
            cause="duplicate" if payment.is_duplicate else "requested",
            actor=actor,
            task_due=clock.after(NET),
        )
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def _payment_of(order: Order, payment_id: str | None) -> Payment:
    if payment_id is None:
        raise Conflict(f"Order is {order.status}: nothing was paid", "not_paid")
    owner, payment = lock(payment_id)
    if owner.id != order.id:
        raise NotFound("No such payment")
    return payment
