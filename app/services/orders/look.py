"""Looking at orders: one with everything about it, or pages of them. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import Order, Payment, Refund

__all__ = ["Page", "Whole", "get", "page"]


@dataclass(frozen=True)
class Whole:
    """An order with its payments and refunds, oldest first."""

    order: Order
    payments: Sequence[Payment]
    refunds: Sequence[Refund]

    @property
    def refunded_minor(self) -> int:
        """What went back of the payment that paid the order, in minor units."""
        return next(
            (one.refunded_minor for one in self.payments if one.id == self.order.settled_by), 0
        )


@dataclass(frozen=True)
class Page:
    """One page of orders, newest first, and where the next one starts."""

    orders: Sequence[Order]
    next_cursor: str | None


def get(order_id: str, *, provider_id: str | None = None) -> Whole:
    """One order of the current organization. Raises NotFound, also for another provider's."""
    with reading() as session:
        query = select(Order).where(Order.id == order_id)
        if provider_id:
            query = query.where(Order.provider_id == provider_id)
        order = session.scalars(query).one_or_none()
        if order is None:
            raise NotFound("No such order")
        payments = session.scalars(
            select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)
        ).all()
        refunds = session.scalars(
            select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)
        ).all()
    return Whole(order, payments, refunds)


def page(
    provider_id: str | None = None,
    *,
    external_id: str | None = None,
    status: str | None = None,
    created_after: datetime | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page:
    """A keyset page of the organization's orders, or of one provider's: fast at any depth, stable
    while orders come in."""
    query = select(Order)
    if provider_id is not None:
        query = query.where(Order.provider_id == provider_id)
    if external_id is not None:
        query = query.where(Order.external_id == external_id)
    if status is not None:
        query = query.where(Order.status == status)
    if created_after is not None:
        query = query.where(Order.created_at > created_after)
    if cursor is not None:
        query = query.where(Order.id < cursor)
    with reading() as session:
        found = session.scalars(query.order_by(Order.id.desc()).limit(limit + 1)).all()
    more = len(found) > limit
    shown = found[:limit]
    return Page(shown, shown[-1].id if more else None)
