"""Looking at sellers. Reads only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from app.extensions import reading
from app.kit.errors import NotFound
from app.kit.tenancy import across_organizations
from app.models import Seller
from app.services import ledger
from app.services.credentials.scopes import PLATFORM, Scope
from app.services.ledger import Balances

__all__ = ["any_under", "balances", "get", "page"]


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


def any_under(gateway: str, scope: Scope) -> bool:
    """Whether sellers are paid through an account of ours; the platform's serves everybody."""
    query = select(Seller.id).where(
        Seller.gateway == gateway,
        Seller.scope_kind == scope.kind,
        Seller.scope_owner == scope.owner,
    )
    if scope != PLATFORM:
        return _any(query)
    with across_organizations("the platform's account serves many"):
        return _any(query)


def _any(query: Select[Any]) -> bool:
    with reading() as session:
        return session.scalars(query.limit(1)).first() is not None


def page(limit: int = 50, cursor: str | None = None) -> tuple[Sequence[Seller], str | None]:
    """The organization's sellers, newest first, and where the next page starts."""
    query = select(Seller).order_by(Seller.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Seller.id < cursor)
    with reading() as session:
        found: Sequence[Seller] = session.scalars(query).all()
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


def balances(seller_id: str) -> dict[str, Balances]:
    """Where the money of all orders for a seller is, by currency: the ledger's sums."""
    with reading():
        return ledger.of_seller(seller_id)
