"""Refunds: asked for, sent to the gateway, asked about until the answer is definite."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.strictjson import dump
from app.models import Order, Payment, Refund, RefundStatus
from app.services import idempotency, records, refunding, routing, tasks
from app.services.credentials import Scope
from app.services.idempotency import Claim, Key
from app.services.orders import money_out
from app.services.orders.settle import lock

__all__ = ["create", "send"]

UNDER_WAY = {RefundStatus.requested, RefundStatus.pending, RefundStatus.unknown}
UNKNOWN_AFTER = (2, 5, 15, 60, 300, 900, 3600)  # seconds


@dataclass(frozen=True)
class _Job:
    """What a gateway needs to be asked for a refund; nothing of the session."""

    refund: Refund
    gateway: str
    scope: Scope
    gateway_payment_id: str


def create(
    order_id: str,
    amount: Money | None,
    *,
    reason: str | None = None,
    actor: str = "api",
    key: Key | None = None,
    render: Callable[[Refund], dict[str, Any]],
) -> bytes:
    """Reserve a refund of the payment that paid an order and ask for it at once (a flow).

    `amount` None means all that is left. Gives the body of the answer, which an idempotency key
    replays. Raises NotFound, Conflict when nothing was paid or less is left.
    """
    refund_id, held = _reserve(order_id, amount, reason, actor, key)
    send(refund_id)
    with reading() as session:
        refund = session.scalars(select(Refund).where(Refund.id == refund_id)).one()
    body = dump(render(refund))
    idempotency.complete(held, 200, body)
    return body


def _reserve(
    order_id: str, amount: Money | None, reason: str | None, actor: str, key: Key | None
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
        if order.settled_by is None:
            raise Conflict(f"Order is {order.status}: nothing was paid", "not_paid")
        _, payment = lock(order.settled_by)
        minor = amount.minor if amount else payment.refundable_minor
        if minor <= 0:
            raise Conflict("Nothing is left to refund", "refund_too_large")
        # The task is the net under the call that follows at once.
        made = refunding.reserve(
            order, payment, minor, reason=reason, actor=actor, task_due=clock.after(30)
        )
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def send(refund_id: str) -> tasks.Again | None:
    """Ask the gateway for a reserved refund, or how it stands (a flow); for the task.

    Repeating is safe: the refund's own id is the idempotency key.
    """
    job = _load(refund_id)
    if job is None:
        return None
    try:
        adapter = routing.connect_scope(job.gateway, job.scope)
        if job.refund.gateway_refund_id:
            result = adapter.retrieve_refund(job.refund.gateway_refund_id)
        else:
            result = adapter.refund_payment(job.gateway_payment_id, _request(job.refund))
    except base.Impossible as error:
        return _record(refund_id, base.RefundResult("", "failed", error.reason))
    except base.Declined as error:
        return _record(refund_id, base.RefundResult("", "failed", error.reason))
    except base.GatewayError as error:
        return _unknown(refund_id, error)
    return _record(refund_id, result)


def _request(refund: Refund) -> base.RefundRequest:
    return base.RefundRequest(
        refund.id, refund.money, f"refund-{refund.id}", refund.reason, refund.cause
    )


def _load(refund_id: str) -> _Job | None:
    with reading() as session:
        row = session.execute(
            select(Refund, Payment)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Refund.id == refund_id)
        ).one_or_none()
    if row is None or row.Refund.status in {RefundStatus.succeeded, RefundStatus.failed}:
        return None
    payment = row.Payment
    money_id = payment.gateway_payment_id or payment.gateway_ref
    return _Job(
        row.Refund, payment.gateway, Scope(payment.scope_kind, payment.scope_owner), money_id
    )


def _record(refund_id: str, result: base.RefundResult) -> tasks.Again | None:
    with transaction():
        order, payment, refund = _lock(refund_id)
        if refund.status in {RefundStatus.succeeded, RefundStatus.failed}:
            return None
        refund.gateway_refund_id = result.gateway_refund_id or refund.gateway_refund_id
        refund.status = RefundStatus(result.status)
        refund.failure = result.failure
        if order.attention == "refund_unknown":
            order.attention = None
        if refund.status == RefundStatus.pending:
            refund.checks += 1
            return tasks.Again(clock.after(_wait(refund.checks, first=60)))
        if refund.status == RefundStatus.succeeded:
            _succeeded(order, payment, refund)
        else:
            _failed(order, payment, refund)
        return None


def _succeeded(order: Order, payment: Payment, refund: Refund) -> None:
    done = _total(payment, {RefundStatus.succeeded})
    total = base.Snapshot("succeeded", refunded_minor=done, currency=payment.currency)
    money_out.merge_refunded(order, payment, total, "gateway")
    _release(payment)
    records.timeline(order, "refund.succeeded", payment=payment, refund=refund.id)


def _total(payment: Payment, statuses: set[RefundStatus]) -> int:
    """What our own refunds in these states come to, in minor units."""
    db.session.flush()
    amounts = db.session.scalars(
        select(Refund.amount_minor).where(
            Refund.payment_id == payment.id, Refund.status.in_(statuses)
        )
    ).all()
    return sum(amounts)


def _failed(order: Order, payment: Payment, refund: Refund) -> None:
    _release(payment)
    order.attention = "refund_failed"
    records.timeline(
        order, "refund.failed", payment=payment, refund=refund.id, failure=refund.failure
    )


def _release(payment: Payment) -> None:
    """Reserve what is still under way, and no more than is left: the gateway's total may already
    hold a refund whose answer we have not recorded."""
    under_way = _total(payment, UNDER_WAY)
    payment.reserved_minor = min(under_way, payment.amount_minor - payment.refunded_minor)


def _unknown(refund_id: str, error: base.GatewayError) -> tasks.Again | None:
    """No definite answer: what was reserved stays reserved, and we ask again."""
    with transaction():
        order, payment, refund = _lock(refund_id)
        if refund.status in {RefundStatus.succeeded, RefundStatus.failed}:
            return None
        if isinstance(error, base.Unavailable):
            refund.status = RefundStatus.unknown
            order.attention = "refund_unknown"
        refund.failure = error.reason
        refund.checks += 1
        records.timeline(
            order, "refund.unanswered", payment=payment, refund=refund.id, reason=error.reason
        )
        return tasks.Again(clock.after(_wait(refund.checks)))


def _wait(checks: int, first: int = 0) -> int:
    return max(first, UNKNOWN_AFTER[min(checks, len(UNKNOWN_AFTER)) - 1])


def _lock(refund_id: str) -> tuple[Order, Payment, Refund]:
    payment_id = db.session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound("No such refund")
    order, payment = lock(payment_id)
    refund = db.session.scalars(
        select(Refund).where(Refund.id == refund_id).with_for_update()
    ).one()
    return order, payment, refund
