"""Asking a gateway to move freed money to a seller, and how that stands. A flow, for the task."""

from dataclasses import dataclass

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.money import Money
from app.models import (
    Account,
    Attention,
    EventType,
    Hold,
    JournalKind,
    MoveStatus,
    Order,
    Payment,
    Release,
    Seller,
)
from app.services import events, ledger, orders, records, routing, tasks
from app.services.escrow import holding, moves
from app.services.escrow.covering import cover
from app.services.ledger import Move
from app.services.orders import attention

__all__ = ["send"]


@dataclass(frozen=True)
class _Job:
    """A release, where its money comes from and whom it is for; nothing of the session."""

    release: Release
    payment: Payment
    seller: Seller
    may_be_made: bool  # it was asked for before, and what came of it was never recorded

    @property
    def request(self) -> base.TransferRequest:
        release = self.release
        return base.TransferRequest(
            release_id=release.id,
            order_id=release.order_id,
            gateway_seller_id=self.seller.gateway_seller_id or "",
            gateway_payment_id=self.payment.gateway_payment_id or "",
            money=release.to_seller,
            idempotency_key=f"release-{release.id}",
        )


def send(release_id: str) -> tasks.Again | None:
    """Ask the gateway for a release, or find what it made of it.

    One that may have been made is looked for first, and nothing is asked for again once the
    gateway may have forgotten the key: then a person has to look. One that was surely never asked
    for fails when a dispute or the customer's bank came first.
    """
    job = _claim(release_id)
    if not isinstance(job, _Job):
        return job
    try:
        made = _ask(job)
    except (base.Impossible, base.Declined) as error:
        _failed(release_id, error.reason)
        return None
    except base.GatewayError as error:
        return _unanswered(release_id, error, may_be_made=job.may_be_made)
    _succeeded(release_id, made)
    return None


def _claim(release_id: str) -> _Job | tasks.Again | None:
    with transaction():
        order, payment, hold, release = _lock(release_id)
        if release.status not in holding.UNDECIDED:
            return None
        found = moves.claim(release)
        if isinstance(found, tasks.Again):
            return found
        if not found and holding.is_stopped_since(hold, release.created_at):
            _stop(order, payment, release)
            return None
        seller = db.session.scalars(
            select(Seller).join(Hold, Hold.seller_id == Seller.id).where(Hold.id == release.hold_id)
        ).one()
        return _Job(release, payment, seller, found)


def _stop(order: Order, payment: Payment, release: Release) -> None:
    """It was never asked for, and now it is disputed: the money is held, and its date, if it has
    one, stands still with the clock."""
    release.status, release.asking_since = MoveStatus.failed, None
    release.failure = "stopped by a dispute"
    attention.clear(order)
    records.timeline(
        order,
        "escrow.release_failed",
        payment=payment,
        release=release.id,
        reason=release.failure,
    )


def _ask(job: _Job) -> str | None:
    """The transfer's id there; None where the fee is all of it and nothing has to move."""
    if job.release.to_seller.minor == 0:
        return None
    market: base.Marketplace = routing.connect_payment(job.payment).marketplace
    if job.may_be_made:
        if found := market.find_transfer(job.request):
            return found.gateway_transfer_id
        if clock.now() - job.release.created_at > moves.LAST_TRY:
            raise base.Unavailable("no answer for a day, and the gateway shows no such transfer")
    return market.transfer(job.request).gateway_transfer_id


def _succeeded(release_id: str, transfer_id: str | None) -> None:
    with transaction():
        order, payment, hold, release = _lock(release_id)
        if release.status not in holding.UNDECIDED:
            return
        release.status, release.asking_since, release.failure = MoveStatus.succeeded, None, None
        release.gateway_transfer_id = transfer_id
        if order.attention in {Attention.release_unknown, Attention.release_failed}:
            order.attention = None
        attention.clear(order)
        cover(order, ledger.balances(order.id).held, release.amount_minor)
        ledger.write(
            order,
            JournalKind.release,
            [
                Move(Account.held, Account.seller, release.to_seller.minor),
                Move(Account.held, Account.fee, release.fee_minor),
            ],
            subject=release.id,
        )
        found = holding.settle(order, hold, decided_at=release.created_at)
        records.timeline(
            order,
            "escrow.released",
            payment=payment,
            release=release.id,
            amount=str(release.to_seller),
            fee=str(Money(release.fee_minor, release.currency)),
        )
        told = holding.told(order, hold, found)
        events.append(order, EventType.escrow_released, payment, releaseId=release.id, **told)


def _failed(release_id: str, reason: str) -> None:
    """The gateway moved nothing and will not: what was set aside is held as before. If its date
    had come, nothing frees it by itself any more."""
    with transaction():
        order, payment, hold, release = _lock(release_id)
        if release.status not in holding.UNDECIDED:
            return
        release.status, release.asking_since, release.failure = MoveStatus.failed, None, reason
        if release.cause == "date":
            holding.forget_date(hold)
        order.attention = Attention.release_failed
        records.timeline(
            order, "escrow.release_failed", payment=payment, release=release.id, reason=reason
        )


def _unanswered(
    release_id: str, error: base.GatewayError, *, may_be_made: bool
) -> tasks.Again | None:
    with transaction():
        order, payment, _, release = _lock(release_id)
        if release.status not in holding.UNDECIDED:
            return None
        moves.unanswered(release, error, may_be_made=may_be_made)
        if release.status == MoveStatus.unknown:
            order.attention = Attention.release_unknown
        else:
            attention.unanswered(order, error)
        records.timeline(
            order,
            "escrow.release_unanswered",
            payment=payment,
            release=release.id,
            reason=error.reason,
        )
        return moves.pause(release)


def _lock(release_id: str) -> tuple[Order, Payment, Hold, Release]:
    of_release = select(Hold.payment_id).join(Release, Release.hold_id == Hold.id)
    payment_id = db.session.scalar(of_release.where(Release.id == release_id))
    if payment_id is None:
        raise NotFound("No such release")
    order, payment = orders.lock(payment_id)
    release = db.session.scalars(
        select(Release).where(Release.id == release_id).with_for_update()
    ).one()
    return order, payment, holding.locked(order.id), release
