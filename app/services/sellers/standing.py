"""How a seller stands at the gateway, written down. Steps."""

from datetime import datetime

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.models import Seller, SellerStatus
from app.services import records

__all__ = ["closed", "record"]


def record(seller_id: str, state: base.SellerState, asked_at: datetime) -> None:
    """Merge what the gateway says now. One who was ready and is not any more is restricted; one
    whose account was taken away from ours stays closed. Of two who asked at once, the one who
    asked last is believed, whoever gets here first."""
    with transaction():
        seller = _locked(seller_id)
        if seller.status == SellerStatus.closed or (seller.seen_at and seller.seen_at > asked_at):
            return
        seller.seen_at = asked_at
        seller.gateway_seller_id = seller.gateway_seller_id or state.gateway_seller_id
        seller.payouts_enabled = state.payouts_enabled
        seller.requirements = list(state.requirements)
        seller.failure = None
        _move(seller, _status(seller, state))


def closed(seller_id: str) -> None:
    """The gateway does not know the account as one of ours any more."""
    with transaction():
        _move(_locked(seller_id), SellerStatus.closed)


def _status(seller: Seller, state: base.SellerState) -> SellerStatus:
    was_ready = seller.status in {SellerStatus.ready, SellerStatus.restricted}
    if state.status == SellerStatus.pending and was_ready:
        return SellerStatus.restricted
    return SellerStatus(state.status)


def _move(seller: Seller, status: SellerStatus) -> None:
    if seller.status == status:
        return
    before, seller.status = seller.status, status
    records.audit(
        "seller.changed", actor=seller.gateway, subject=seller.id, before=before, after=status
    )


def _locked(seller_id: str) -> Seller:
    found: Seller = db.session.scalars(
        select(Seller).where(Seller.id == seller_id).with_for_update()
    ).one()
    return found
