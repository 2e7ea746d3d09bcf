"""Asking a gateway for a reserved refund, and how it stands. A flow, for the task."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import structlog
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db
from app.kit import clock
from app.kit.errors import NotFound
from app.models import Attention, NoticeKind, Order, Payment, Refund, RefundStatus
from app.services import keeping, moves, notices, orders, records, refunding, routing, tasks
from app.services.orders import attention, money_out
from app.services.orders.settle import lock
from app.services.refunds.sayable import sayable

__all__ = ["abandon", "decide", "lock_refund", "send"]

log = structlog.get_logger()

WAITING = 60  # seconds; whoever ends the wait hurries the task
PENDING = 60  # seconds until one that is pending is asked about, at the least


def send(refund_id: str) -> tasks.Again | None:
    """Ask the gateway for a reserved refund, or how it stands (a flow, for the task)."""
    return moves.send(_Refund, refund_id)


def abandon(refund_id: str) -> tasks.Again:
    """The task that asks for it has crashed too often (a part)."""
    return moves.abandon(_Refund, refund_id)


def decide(order_id: str, refund_id: str, word: moves.Word, *, actor: str) -> None:
    """Somebody saw at the gateway what became of a refund (a step). Raises as `moves.decide`."""
    moves.decide(_Refund, order_id, refund_id, word, actor=actor)


@dataclass(frozen=True)
class _Refund(moves.Move[Refund, base.RefundResult]):
    """A refund and the payment it comes out of."""

    order: Order
    payment: Payment

    @classmethod
    def lock(cls, move_id: str) -> Self:
        order, payment, refund = lock_refund(move_id)
        return cls(refund, order, payment)

    @property
    def owner_id(self) -> str:
        return self.order.id

    def prepare(self, *, may_be_made: bool) -> tasks.Again | None:
        """It may wait for money that is being fetched back. One that was surely never asked for
        fails when the customer's bank came first."""
        if self.row.waits_since:
            return tasks.Again(clock.after(WAITING))
        if not may_be_made and refunding.is_stopped(self.order, self.payment):
            refunding.stop(self.order, self.payment, self.row)
        return None

    def look(self) -> base.RefundResult | None:
        known = self.row.gateway_refund_id
        found: base.RefundResult | None = (
            self._adapter.retrieve_refund(known)
            if known
            else self._adapter.find_refund(self._money_id, self._request)
        )
        return found

    def ask(self) -> base.RefundResult:
        asked: base.RefundResult = self._adapter.refund_payment(self._money_id, self._request)
        return asked

    @cached_property
    def _adapter(self) -> Any:
        return routing.connect_payment(self.payment)

    @property
    def _money_id(self) -> str:
        return self.payment.gateway_payment_id or self.payment.gateway_ref or ""

    @property
    def _request(self) -> base.RefundRequest:
        refund = self.row
        return base.RefundRequest(
            refund.id, refund.money, f"refund-{refund.id}", refund.reason, refund.cause
        )

    def answered(self, answer: base.RefundResult) -> tasks.Again | None:
        order, refund = self.order, self.row
        refund.gateway_refund_id = answer.gateway_refund_id or refund.gateway_refund_id
        refund.claim_url = answer.claim_url or refund.claim_url
        refund.status = RefundStatus(answer.status)
        refund.failure = answer.failure
        attention.clear(order, Attention.refund_unknown)
        if refund.status == RefundStatus.pending:
            refund.checks += 1
            return moves.pause(refund, least=PENDING)
        if refund.status == RefundStatus.succeeded:
            self._succeeded()
        else:
            refunding.failed(order, self.payment, refund)
        if order.attention is None and refunding.total(self.payment, {RefundStatus.unknown}):
            attention.say(order, Attention.refund_unknown)  # another one still is
        return None

    def _succeeded(self) -> None:
        """It definitely happened: what is refunded is at least all of ours."""
        order, payment, refund = self.order, self.payment, self.row
        done = refunding.total(payment, {RefundStatus.succeeded})
        if done > payment.refunded_minor:
            total = base.Snapshot("succeeded", refunded_minor=done, currency=payment.currency)
            money_out.merge_refunded(order, payment, total, "gateway")
        refunding.release(payment)
        keeping.of(order).refund_succeeded(order, payment, refund)
        records.timeline(order, "refund.succeeded", payment=payment, refund=refund.id)

    def refused(self, error: base.GatewayError) -> None:
        self.answered(base.RefundResult("", "failed", error.reason))

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        order, refund = self.order, self.row
        if refund.status == RefundStatus.unknown:
            if before != RefundStatus.unknown:
                notices.about_order(NoticeKind.refund_unknown, order)
            attention.say(order, Attention.refund_unknown)
        else:
            attention.unanswered(order, error)
        records.timeline(
            order, "refund.unanswered", payment=self.payment, refund=refund.id, reason=error.reason
        )

    @property
    def sayable(self) -> Collection[moves.Word]:
        return sayable(self.payment, self.row)

    def said(self, word: moves.Word, actor: str) -> None:
        order, refund_id = self.order, self.row.id
        about: dict[str, Any] = {"payment": self.payment, "refund": refund_id, "actor": actor}
        if word == moves.MADE:
            records.timeline(order, "refund.said_made", **about)
            records.audit("refund.said_made", actor=actor, subject=refund_id)
        else:
            records.timeline(order, "refund.said_not_made", **about)
            records.audit("refund.said_not_made", actor=actor, subject=refund_id)

    def as_made(self) -> base.RefundResult:
        return base.RefundResult("", "succeeded")

    def afterwards(self, answer: base.RefundResult) -> None:
        """Others may have refunded too, where no event told us: the gateway's total counts."""
        payment = self.payment
        if answer.status != "succeeded":
            return
        asked_at = clock.now()
        try:
            ref = payment.gateway_ref or payment.gateway_payment_id
            snapshot = self._adapter.retrieve_payment(ref)
            orders.settle(payment.id, snapshot, actor="refund", asked_at=asked_at)
        except base.GatewayError as error:
            log.info("refund.total_unanswered", error=type(error).__name__)


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
