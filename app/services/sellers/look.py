"""Looking at sellers. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import Seller

__all__ = ["get", "page"]


def get(seller_id: str, *, provider_id: str | None = None) -> Seller:
    """One seller of the current organization. Raises NotFound, also for another provider's."""
    query = select(Seller).where(Seller.id == seller_id)
    if provider_id:
        query = query.where(Seller.provider_id == provider_id)
    with reading() as session:
        found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("No such seller")
    seller: Seller = found
    return seller


def page(limit: int = 50, cursor: str | None = None) -> tuple[Sequence[Seller], str | None]:
    """The organization's sellers, newest first, and where the next page starts."""
    query = select(Seller).order_by(Seller.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Seller.id < cursor)
    with reading() as session:
        found: Sequence[Seller] = session.scalars(query).all()
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None
