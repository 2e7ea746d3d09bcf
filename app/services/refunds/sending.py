"""Asking a gateway for a reserved refund, and how it stands. A flow, for the task."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import NotFound
from app.models import Attention, NoticeKind, Order, Payment, Refund, RefundStatus
from app.services import keeping, notices, orders, records, refunding, routing, tasks
from app.services.orders import money_out
from app.services.orders.settle import lock

__all__ = ["lock_refund", "send", "succeeded"]

log = structlog.get_logger()

DONE = {RefundStatus.succeeded, RefundStatus.failed}
UNKNOWN_AFTER = (2, 5, 15, 60, 300, 900, 3600)  # seconds
WAITING = 60  # seconds; whoever ends the wait hurries the task
IN_FLIGHT = timedelta(minutes=1)  # longer than looking for a refund and asking for it can take
# Gateways may forget an idempotency key after 24 hours, and would then refund once more.
LAST_TRY = timedelta(hours=23)


@dataclass(frozen=True)
class _Job:
    """A refund and the payment it comes out of; nothing of the session."""

    refund: Refund
    payment: Payment
    may_be_made: bool  # it was asked for before, and what came of it was never recorded

    @property
    def money_id(self) -> str:
        return self.payment.gateway_payment_id or self.payment.gateway_ref or ""

    @property
    def request(self) -> base.RefundRequest:
        refund = self.refund
        return base.RefundRequest(
            refund.id, refund.money, f"refund-{refund.id}", refund.reason, refund.cause
        )


def send(refund_id: str) -> tasks.Again | None:
    """Ask the gateway for a reserved refund, or how it stands.

    That it is being asked is written down first, so it is known, and not guessed, whether it may
    have been made by a process that died. Such a refund is looked for, and nothing is asked for
    again once the gateway may have forgotten the key: then a person has to look.
    """
    job = _claim(refund_id)
    if not isinstance(job, _Job):
        return job
    try:
        adapter = routing.connect_payment(job.payment)
        result = _ask(adapter, job)
    except (base.Impossible, base.Declined) as error:
        return _record(refund_id, base.RefundResult("", "failed", error.reason))
    except base.GatewayError as error:
        return _unknown(refund_id, error, may_be_made=job.may_be_made)
    again = _record(refund_id, result)
    if result.status == "succeeded":
        _learn_total(adapter, job.payment)
    return again


def _ask(adapter: Any, job: _Job) -> base.RefundResult:
    refund = job.refund
    if refund.gateway_refund_id:
        found: base.RefundResult = adapter.retrieve_refund(refund.gateway_refund_id)
        return found
    if job.may_be_made:
        made: base.RefundResult | None = adapter.find_refund(job.money_id, job.request)
        if made:
            return made
        if clock.now() - refund.created_at > LAST_TRY:
            raise base.Unavailable("no answer for a day, and the gateway shows no such refund")
    asked: base.RefundResult = adapter.refund_payment(job.money_id, job.request)
    return asked


def _learn_total(adapter: Any, payment: Payment) -> None:
    """Others may have refunded too, where no event told us: the gateway's total counts."""
    try:
        snapshot = adapter.retrieve_payment(payment.gateway_ref or payment.gateway_payment_id)
        orders.settle(payment.id, snapshot, actor="refund")
    except base.GatewayError as error:
        log.info("refund.total_unanswered", error=type(error).__name__)


def _claim(refund_id: str) -> _Job | tasks.Again | None:
    """Write down that the gateway is being asked (a step). None for a refund that is done; Again
    while another process is asking, or may be: it died, or its answer is on its way."""
    now = clock.now()
    with transaction():
        _, payment, refund = lock_refund(refund_id)
        if refund.status in DONE:
            return None
        if refund.waits_since:
            return tasks.Again(clock.after(WAITING))
        asking = refund.asking_since
        if asking is not None and now - asking < IN_FLIGHT:
            return tasks.Again(asking + IN_FLIGHT)
        refund.asking_since = now
        return _Job(refund, payment, asking is not None or refund.status == RefundStatus.unknown)


def _record(refund_id: str, result: base.RefundResult) -> tasks.Again | None:
    with transaction():
        order, payment, refund = lock_refund(refund_id)
        if refund.status in DONE:
            return None
        refund.asking_since = None
        refund.gateway_refund_id = result.gateway_refund_id or refund.gateway_refund_id
        refund.claim_url = result.claim_url or refund.claim_url
        refund.status = RefundStatus(result.status)
        refund.failure = result.failure
        if order.attention == Attention.refund_unknown:
            order.attention = None
        if refund.status == RefundStatus.pending:
            refund.checks += 1
            return tasks.Again(clock.after(_wait(refund.checks, first=60)))
        if refund.status == RefundStatus.succeeded:
            succeeded(order, payment, refund)
        else:
            refunding.failed(order, payment, refund)
        return None


def succeeded(order: Order, payment: Payment, refund: Refund) -> None:
    """A refund of ours definitely happened (a part): what is refunded is at least all of ours."""
    done = refunding.total(payment, {RefundStatus.succeeded})
    if done > payment.refunded_minor:
        total = base.Snapshot("succeeded", refunded_minor=done, currency=payment.currency)
        money_out.merge_refunded(order, payment, total, "gateway")
    refunding.release(payment)
    keeping.of(order).refund_succeeded(order, payment, refund)
    records.timeline(order, "refund.succeeded", payment=payment, refund=refund.id)


def _unknown(refund_id: str, error: base.GatewayError, *, may_be_made: bool) -> tasks.Again | None:
    """No definite answer: what was reserved stays reserved, and we ask again."""
    with transaction():
        order, payment, refund = lock_refund(refund_id)
        if refund.status in DONE:
            return None
        refund.asking_since = None
        if may_be_made or isinstance(error, base.Unavailable | base.Missing):
            if refund.status != RefundStatus.unknown:
                notices.about_order(NoticeKind.refund_unknown, order)
            refund.status = RefundStatus.unknown
            order.attention = Attention.refund_unknown
        refund.failure = error.reason
        refund.checks += 1
        records.timeline(
            order, "refund.unanswered", payment=payment, refund=refund.id, reason=error.reason
        )
        return tasks.Again(clock.after(_wait(refund.checks)))


def _wait(checks: int, first: int = 0) -> int:
    """Seconds until the next question: soon, then hourly, after two days daily."""
    if checks > 48:
        return 86_400
    return max(first, UNKNOWN_AFTER[min(checks, len(UNKNOWN_AFTER)) - 1])


def lock_refund(refund_id: str) -> tuple[Order, Payment, Refund]:
    """A refund, its payment and its order, locked (a part). Raises NotFound."""
    payment_id = db.session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound("No such refund")
    order, payment = lock(payment_id)
    refund = db.session.scalars(
        select(Refund).where(Refund.id == refund_id).with_for_update()
    ).one()
    return order, payment, refund
