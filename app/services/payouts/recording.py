"""What a gateway says of a payout, written down. Parts and steps; the seller's row is locked first,
so that two who bring the same news write it once."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.kit import clock
from app.models import EventType, NoticeKind, Payout, PayoutStatus, Seller
from app.services import events, letterbox, notices, records, tasks

__all__ = ["advance", "locked", "not_made", "record", "tell"]

LOOK = 86_400  # seconds until a payout that is still on its way is asked about, news or not
# How far a payout is. A bank may give back what it took days before, and never the other way round.
_FAR = {
    PayoutStatus.requested: 0,
    PayoutStatus.unknown: 0,
    PayoutStatus.pending: 1,
    PayoutStatus.paid: 2,
    PayoutStatus.failed: 3,
    PayoutStatus.cancelled: 3,
}
_LOST = {PayoutStatus.failed, PayoutStatus.cancelled}


def record(seller_id: str, state: base.PayoutState) -> None:
    """Merge what the gateway says of a payout of this seller (a step): one we asked for, or one
    that it made by itself. An earlier answer that comes later changes nothing."""
    with transaction():
        seller = locked(seller_id)
        payout = _known(seller, state) or _new(seller, state)
        advance(seller, payout, state)


def locked(seller_id: str) -> Seller:
    """A seller, locked; their payouts change under this lock (a part)."""
    found: Seller = db.session.scalars(
        select(Seller).where(Seller.id == seller_id).with_for_update()
    ).one()
    return found


def _known(seller: Seller, state: base.PayoutState) -> Payout | None:
    """By the gateway's id; or by ours, where the answer that told their id was lost."""
    of_seller = select(Payout).where(Payout.seller_id == seller.id)
    found: Payout | None = db.session.scalars(
        of_seller.where(Payout.gateway_payout_id == state.gateway_payout_id)
    ).one_or_none()
    if found is None and state.reference:
        lost = Payout.id == state.reference, Payout.gateway_payout_id.is_(None)
        found = db.session.scalars(of_seller.where(*lost)).one_or_none()
    return found


def _new(seller: Seller, state: base.PayoutState) -> Payout:
    made = Payout(
        seller_id=seller.id,
        amount_minor=state.money.minor,
        currency=state.money.currency,
        status=PayoutStatus.requested,
    )
    db.session.add(made)
    return made


def advance(seller: Seller, payout: Payout, state: base.PayoutState) -> None:
    """Move a payout on to where the gateway has it, and tell of its end (a part)."""
    status = PayoutStatus(state.status)
    # What ended without an id there did so on a person's word: what the gateway has outdoes it.
    is_far = _FAR[PayoutStatus(payout.status)] if payout.gateway_payout_id else 0
    payout.gateway_payout_id = payout.gateway_payout_id or state.gateway_payout_id or None
    payout.asking_since = None
    if _FAR[status] <= is_far:
        return
    is_told = payout.status == status
    payout.status, payout.failure = status, state.failure
    payout.arrives_at = state.arrives_at or payout.arrives_at
    if status == PayoutStatus.pending:
        due = clock.after(LOOK)
        tasks.add("payouts.check", {"payout": payout.id}, key=f"payout:{payout.id}", due=due)
    if status == PayoutStatus.paid:
        events.append_of_payout(seller, payout, EventType.payout_paid)
    if status in _LOST and not is_told:
        _failed(seller, payout)


def not_made(seller: Seller, payout: Payout, reason: str) -> None:
    """It ends on a person's word (a part): the provider is told, and nobody's bank is blamed."""
    payout.status, payout.failure = PayoutStatus.failed, reason
    events.append_of_payout(seller, payout, EventType.payout_failed)


def _failed(seller: Seller, payout: Payout) -> None:
    """The money is in the seller's balance again, and somebody has to tell them."""
    events.append_of_payout(seller, payout, EventType.payout_failed)
    records.audit(
        "payout.failed",
        actor=seller.gateway,
        subject=seller.id,
        name=seller.name,
        amount=str(payout.money),
        reason=payout.failure,
    )
    letterbox.to_owners("payout_failed", payout=payout.id)
    tell(NoticeKind.payout_failed, seller, payout)


def tell(kind: NoticeKind, seller: Seller, payout: Payout) -> None:
    """Say that something happened to a payout (a part)."""
    notices.tell(
        kind,
        payout.id,
        test_mode=seller.test_mode,
        item=seller.name,
        amount=str(payout.money),
        seller=seller.id,
    )
