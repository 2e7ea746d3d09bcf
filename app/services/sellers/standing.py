"""How a seller stands at the gateway, written down. Steps."""

from datetime import datetime

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.models import Seller, SellerStatus
from app.services import records, routing
from app.services.credentials import Scope

__all__ = ["closed", "record"]


def record(seller_id: str, state: base.SellerState, asked_at: datetime) -> None:
    """Merge what the gateway says now. One who was ready and is not any more is restricted; one
    who was closed is not any more, because the gateway shows an account to nobody whom it is not
    joined to. Of two who asked at once, the one who asked last is believed, whoever gets here
    first."""
    with transaction():
        seller = _locked(seller_id)
        if not _is_news(seller, asked_at):
            return
        scope = Scope(seller.scope_kind, seller.scope_owner)
        seller.account = seller.account or routing.account_of(seller.gateway, scope) or None
        seller.gateway_seller_id = seller.gateway_seller_id or state.gateway_seller_id
        seller.payouts_enabled = state.payouts_enabled
        seller.requirements = list(state.requirements)
        seller.failure = None
        _move(seller, _status(seller, state))


def closed(seller_id: str, asked_at: datetime) -> None:
    """The gateway does not know the account as one of ours any more, until it says otherwise:
    those may have been the keys of another account."""
    with transaction():
        seller = _locked(seller_id)
        if _is_news(seller, asked_at):
            _move(seller, SellerStatus.closed)


def _is_news(seller: Seller, asked_at: datetime) -> bool:
    if seller.seen_at and seller.seen_at > asked_at:
        return False
    seller.seen_at = asked_at
    return True


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
