"""Fetching freed money back from the seller, so that the customer gets it. A flow, for the task.

A refund waits until all of it is here. What cannot be had fails the refund, for everybody to see:
nobody is refunded out of the merchant's own pocket unasked.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import NotFound
from app.models import (
    Account,
    Attention,
    Hold,
    JournalKind,
    MoveStatus,
    NoticeKind,
    Order,
    Payment,
    Refund,
    RefundStatus,
    Release,
    Reversal,
)
from app.services import ledger, moves, notices, records, refunding, routing, tasks
from app.services.escrow import holding
from app.services.orders import attention
from app.services.orders.settle import lock

__all__ = ["abandon", "decide", "fetch_back"]


def fetch_back(refund_id: str) -> tasks.Again | None:
    """Fetch back what a refund waits for, then let it go on (a flow, for the task). When one part
    fails, so do the others and the refund."""
    for reversal_id in _ids(refund_id):
        if again := moves.send(_Reversal, reversal_id):
            return again
    _go_on(refund_id)
    return None


def abandon(refund_id: str) -> tasks.Again:
    """The task that fetches has crashed too often (a part): at the first that is not decided, or
    when all of it was here."""
    undecided = select(Reversal.id).where(
        Reversal.refund_id == refund_id, Reversal.status.in_(Reversal.UNDECIDED)
    )
    first = db.session.scalars(undecided.order_by(Reversal.release_id.desc()).limit(1)).first()
    if first:
        return moves.abandon(_Reversal, first)
    order, _ = lock(_payment_of(refund_id))
    attention.say(order, Attention.reversal_unknown)
    return tasks.Again(clock.after(86_400))


def decide(order_id: str, reversal_id: str, *, actor: str) -> None:
    """Somebody saw at the gateway that nothing was fetched back (a step): so the refund that waits
    for it fails. Raises as `moves.decide`."""
    moves.decide(_Reversal, order_id, reversal_id, moves.NOT_MADE, actor=actor)


def _ids(refund_id: str) -> list[str]:
    """In the order their fees were worked out in: the newest release first."""
    with reading() as session:
        query = select(Reversal.id).where(Reversal.refund_id == refund_id)
        return list(session.scalars(query.order_by(Reversal.release_id.desc())))


def _payment_of(refund_id: str) -> str:
    found: str = db.session.scalars(select(Refund.payment_id).where(Refund.id == refund_id)).one()
    return found


def _go_on(refund_id: str) -> None:
    """All of it is here: the refund waits no more."""
    with transaction():
        order, _ = lock(_payment_of(refund_id))
        refund = db.session.scalars(
            select(Refund).where(Refund.id == refund_id).with_for_update()
        ).one()
        if refund.waits_since is None:
            return
        refund.waits_since = None
        attention.clear(order, Attention.reversal_unknown)
        key = refunding.task_key(refund.id)
        if not tasks.hurry(key):
            tasks.add("refunds.send", {"refund": refund.id}, key=key)


@dataclass(frozen=True)
class _Reversal(moves.Move[Reversal, str | None]):
    """A reversal and the transfer it takes back from. Its answer is their id of it, None where
    nothing had to come back."""

    order: Order
    payment: Payment
    hold: Hold
    transfer_id: str | None

    @classmethod
    def lock(cls, move_id: str) -> Self:
        of_reversal = select(Refund.payment_id).join(Reversal, Reversal.refund_id == Refund.id)
        payment_id = db.session.scalar(of_reversal.where(Reversal.id == move_id))
        if payment_id is None:
            raise NotFound("No such reversal")
        order, payment = lock(payment_id)
        reversal = db.session.scalars(
            select(Reversal).where(Reversal.id == move_id).with_for_update()
        ).one()
        release = db.session.get_one(Release, reversal.release_id)
        hold = holding.locked(order.id)
        return cls(reversal, order, payment, hold, release.gateway_transfer_id)

    @property
    def owner_id(self) -> str:
        return self.order.id

    def prepare(self, *, may_be_made: bool) -> None:
        """Where all of it is fee, that never left."""
        if self.row.from_seller.minor == 0 or self.transfer_id is None:
            self.answered(None)

    def look(self) -> str | None:
        return self._market.find_reversal(self.transfer_id or "", self._request)

    def ask(self) -> str:
        return self._market.reverse(self.transfer_id or "", self._request)

    @cached_property
    def _market(self) -> base.Marketplace:
        found: base.Marketplace = routing.connect_payment(self.payment).marketplace
        return found

    @property
    def _request(self) -> base.ReversalRequest:
        one = self.row
        return base.ReversalRequest(one.id, one.from_seller, f"reversal-{one.id}")

    def answered(self, answer: str | None) -> None:
        order, reversal = self.order, self.row
        reversal.status, reversal.failure = MoveStatus.succeeded, None
        reversal.gateway_reversal_id = answer
        attention.clear(order, Attention.reversal_unknown)
        ledger.write(
            order,
            JournalKind.reversal,
            [
                ledger.Posting(Account.seller, Account.held, reversal.from_seller.minor),
                ledger.Posting(Account.fee, Account.held, reversal.fee_minor),
            ],
            subject=reversal.id,
        )
        # It is here for a refund. Should that fail, no date may free it once more.
        holding.forget_date(self.hold)
        holding.settle(order, self.hold)
        records.timeline(
            self.order, "escrow.reversed", **self._about, amount=str(reversal.from_seller)
        )

    def refused(self, error: base.GatewayError) -> None:
        """The seller does not have it any more, and so the refund is not made."""
        reason = error.reason
        of_refund = Reversal.refund_id == self.row.refund_id
        undecided = select(Reversal).where(of_refund, Reversal.status.in_(Reversal.UNDECIDED))
        for one in db.session.scalars(undecided):
            one.status, one.asking_since, one.failure = MoveStatus.failed, None, reason
        refund = db.session.get_one(Refund, self.row.refund_id)
        refund.waits_since, refund.status = None, RefundStatus.failed
        refund.failure = f"not fetched back from the seller: {reason}"[:300]
        refunding.failed(self.order, self.payment, refund)
        attention.say(self.order, Attention.reversal_failed)
        records.timeline(self.order, "escrow.reversal_failed", **self._about, reason=reason)

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        if self.row.status == MoveStatus.unknown:
            if before != MoveStatus.unknown:
                notices.about_order(NoticeKind.reversal_unknown, self.order)
            attention.say(self.order, Attention.reversal_unknown)
        else:
            attention.unanswered(self.order, error)
        records.timeline(
            self.order, "escrow.reversal_unanswered", **self._about, reason=error.reason
        )

    def said(self, word: moves.Word, actor: str) -> None:
        records.timeline(self.order, "escrow.said_not_reversed", **self._about, actor=actor)
        records.audit("escrow.said_not_reversed", actor=actor, subject=self.row.id)

    @property
    def _about(self) -> dict[str, Any]:
        return {"payment": self.payment, "reversal": self.row.id}
