"""What a provider asks for when an order's money is to be held. Parts."""

from dataclasses import dataclass

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db
from app.kit.errors import Refused
from app.models import Hold, Order, Seller, SellerStatus
from app.services import routing
from app.services.credentials import Scope

__all__ = ["Terms", "promise", "unavailable"]


@dataclass(frozen=True)
class Terms:
    """For whom, until when, and what of it the merchant keeps."""

    seller_id: str
    fee_bps: int = 0  # hundredths of a percent
    release_after_days: int | None = None  # None: never by itself


def promise(order: Order, terms: Terms, adapter: base.Gateway) -> Hold:
    """Bind a new order to a seller (a part).

    Raises Refused `escrow_unavailable` when the seller is none of this provider's, cannot be paid
    now, or has their account under other credentials than the order is charged with: money would
    have to cross from one account of ours to another.
    """
    seller = db.session.scalars(
        select(Seller).where(Seller.id == terms.seller_id, Seller.provider_id == order.provider_id)
    ).one_or_none()
    if seller is None:
        raise unavailable("no such seller")
    if seller.status != SellerStatus.ready:
        raise unavailable(f"the seller is {seller.status}")
    if adapter.marketplace is None or seller.gateway != order.gateway:
        raise unavailable(f"the seller is paid through {seller.gateway}, not {order.gateway}")
    ours = (order.scope_kind, order.scope_owner, order.test_mode)
    if (seller.scope_kind, seller.scope_owner, seller.test_mode) != ours:
        raise unavailable("the seller belongs to another account than the one that is charged")
    charged = routing.account_of(order.gateway, Scope(order.scope_kind, order.scope_owner))
    if seller.account and charged and seller.account != charged:
        raise unavailable("the seller belongs to another account than the one that is charged")
    order.seller_id = seller.id
    hold = Hold(
        order_id=order.id,
        seller_id=seller.id,
        fee_bps=terms.fee_bps,
        release_after_days=terms.release_after_days,
    )
    db.session.add(hold)
    return hold


def unavailable(why: str) -> Refused:
    """Money cannot be held, and why: 400."""
    return Refused(f"Escrow is not available: {why}", "escrow_unavailable", field="escrow")
