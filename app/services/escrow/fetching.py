"""Fetching freed money back from the seller, so that the customer gets it. A flow, for the task.

A refund waits until all of it is here. What cannot be had fails the refund, for everybody to see:
nobody is refunded out of the merchant's own pocket unasked.
"""

from dataclasses import dataclass

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.kit import clock
from app.models import (
    Account,
    Attention,
    Hold,
    JournalKind,
    MoveStatus,
    Order,
    Payment,
    Refund,
    RefundStatus,
    Release,
    Reversal,
)
from app.services import ledger, records, refunding, routing, tasks
from app.services.escrow import holding, moves
from app.services.ledger import Move
from app.services.orders import attention
from app.services.orders.settle import lock

__all__ = ["fetch_back"]


@dataclass(frozen=True)
class _Job:
    """A reversal and the transfer it takes back from; nothing of the session."""

    reversal: Reversal
    release: Release
    payment: Payment
    may_be_made: bool

    @property
    def request(self) -> base.ReversalRequest:
        one = self.reversal
        return base.ReversalRequest(one.id, one.from_seller, f"reversal-{one.id}")


def fetch_back(refund_id: str) -> tasks.Again | None:
    """Fetch back what a refund waits for, then let it go on."""
    for reversal_id in _ids(refund_id):
        job = _claim(reversal_id)
        if isinstance(job, tasks.Again):
            return job
        if job is None:
            continue
        try:
            made = _ask(job)
        except (base.Impossible, base.Declined) as error:
            _failed(reversal_id, error.reason)
            return None
        except base.GatewayError as error:
            return _unanswered(reversal_id, error, may_be_made=job.may_be_made)
        _succeeded(reversal_id, made)
    _go_on(refund_id)
    return None


def _ids(refund_id: str) -> list[str]:
    """In the order their fees were worked out in: the newest release first."""
    with transaction():
        query = select(Reversal.id).where(Reversal.refund_id == refund_id)
        return list(db.session.scalars(query.order_by(Reversal.release_id.desc())))


def _claim(reversal_id: str) -> _Job | tasks.Again | None:
    with transaction():
        _, payment, _, reversal = _lock(reversal_id)
        if reversal.status not in holding.UNDECIDED:
            return None
        found = moves.claim(reversal)
        if isinstance(found, tasks.Again):
            return found
        release = db.session.get_one(Release, reversal.release_id)
        return _Job(reversal, release, payment, found)


def _ask(job: _Job) -> str | None:
    """Their id of it; None where all of it is fee, which never left."""
    transfer_id = job.release.gateway_transfer_id
    if job.reversal.from_seller.minor == 0 or transfer_id is None:
        return None
    market: base.Marketplace = routing.connect_payment(job.payment).marketplace
    if job.may_be_made:
        if found := market.find_reversal(transfer_id, job.request):
            return found
        if clock.now() - job.reversal.created_at > moves.LAST_TRY:
            raise base.Unavailable("no answer for a day, and the gateway shows no such reversal")
    return market.reverse(transfer_id, job.request)


def _succeeded(reversal_id: str, gateway_id: str | None) -> None:
    with transaction():
        order, payment, hold, reversal = _lock(reversal_id)
        if reversal.status not in holding.UNDECIDED:
            return
        reversal.status, reversal.asking_since, reversal.failure = MoveStatus.succeeded, None, None
        reversal.gateway_reversal_id = gateway_id
        attention.clear(order)
        ledger.write(
            order,
            JournalKind.reversal,
            [
                Move(Account.seller, Account.held, reversal.from_seller.minor),
                Move(Account.fee, Account.held, reversal.fee_minor),
            ],
            subject=reversal.id,
        )
        # It is here for a refund. Should that fail, no date may free it once more.
        holding.forget_date(hold)
        holding.settle(order, hold)
        records.timeline(
            order,
            "escrow.reversed",
            payment=payment,
            reversal=reversal.id,
            amount=str(reversal.from_seller),
        )


def _failed(reversal_id: str, reason: str) -> None:
    """The seller does not have it any more, and so the refund is not made."""
    with transaction():
        order, payment, _, reversal = _lock(reversal_id)
        if reversal.status not in holding.UNDECIDED:
            return
        for one in db.session.scalars(
            select(Reversal).where(
                Reversal.refund_id == reversal.refund_id, Reversal.status.in_(holding.UNDECIDED)
            )
        ):
            one.status, one.asking_since, one.failure = MoveStatus.failed, None, reason
        refund = db.session.get_one(Refund, reversal.refund_id)
        refund.waits_since, refund.status = None, RefundStatus.failed
        refund.failure = f"not fetched back from the seller: {reason}"[:300]
        refunding.failed(order, payment, refund)
        order.attention = Attention.reversal_failed
        records.timeline(
            order, "escrow.reversal_failed", payment=payment, reversal=reversal.id, reason=reason
        )


def _unanswered(
    reversal_id: str, error: base.GatewayError, *, may_be_made: bool
) -> tasks.Again | None:
    with transaction():
        order, payment, _, reversal = _lock(reversal_id)
        if reversal.status not in holding.UNDECIDED:
            return None
        moves.unanswered(reversal, error, may_be_made=may_be_made)
        attention.unanswered(order, error)
        records.timeline(
            order,
            "escrow.reversal_unanswered",
            payment=payment,
            reversal=reversal.id,
            reason=error.reason,
        )
        return moves.pause(reversal)


def _go_on(refund_id: str) -> None:
    """All of it is here: the refund waits no more."""
    with transaction():
        of_refund = select(Refund.payment_id).where(Refund.id == refund_id)
        lock(db.session.scalars(of_refund).one())
        refund = db.session.scalars(
            select(Refund).where(Refund.id == refund_id).with_for_update()
        ).one()
        if refund.waits_since is None:
            return
        refund.waits_since = None
        key = refunding.task_key(refund.id)
        if not tasks.hurry(key):
            tasks.add("refunds.send", {"refund": refund.id}, key=key)


def _lock(reversal_id: str) -> tuple[Order, Payment, Hold, Reversal]:
    of_reversal = select(Refund.payment_id).join(Reversal, Reversal.refund_id == Refund.id)
    payment_id = db.session.scalars(of_reversal.where(Reversal.id == reversal_id)).one()
    order, payment = lock(payment_id)
    reversal = db.session.scalars(
        select(Reversal).where(Reversal.id == reversal_id).with_for_update()
    ).one()
    return order, payment, holding.locked(order.id), reversal
