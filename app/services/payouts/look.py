"""Looking at what a seller has at the gateway, and what was paid out to them."""

from collections.abc import Sequence

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.models import Payout, Seller
from app.services.sellers.onboarding import no_answer
from app.services.sellers.opening import connect

__all__ = ["balance", "page"]


def page(
    seller_id: str, limit: int = 50, cursor: str | None = None
) -> tuple[Sequence[Payout], str | None]:
    """A seller's payouts, newest first, and where the next page starts (a read)."""
    query = select(Payout).where(Payout.seller_id == seller_id)
    query = query.order_by(Payout.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Payout.id < cursor)
    with reading() as session:
        found: Sequence[Payout] = session.scalars(query).all()
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


def balance(seller: Seller) -> Sequence[base.Balance]:
    """What a seller has at the gateway, by currency; nothing without an account (a flow). Raises
    AppError 502 when it does not answer."""
    if seller.gateway_seller_id is None:
        return []
    try:
        return connect(seller).balance(seller.gateway_seller_id)
    except base.GatewayError as error:
        raise no_answer(error, seller.id) from error
