"""Orders of an export, so many at a time: nothing is held open between two batches, and nothing of
the last one is kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select

from app.extensions import reading
from app.models import Order, Payment, Provider
from app.services.orders.filters import Filter, narrowing, sifting

__all__ = ["BATCH", "after", "total"]

BATCH = 1_000


def after(wanted: Filter, last_id: str | None) -> Sequence[Any]:
    """The next BATCH orders in the list's order, newest first; fewer are the last ones."""
    query = _query(wanted).order_by(Order.id.desc()).limit(BATCH)
    if last_id:
        query = query.where(Order.id < last_id)
    with reading() as session:
        found: Sequence[Any] = session.execute(query).all()
    return found


def _query(wanted: Filter) -> Any:
    settled = and_(Payment.org_id == Order.org_id, Payment.id == Order.settled_by)
    return (
        select(
            Order.id,
            Order.external_id,
            Order.created_at,
            Order.paid_at,
            Order.status,
            Order.item_name,
            Order.amount_minor,
            Order.currency,
            Order.customer_email,
            Order.gateway,
            Order.test_mode,
            Provider.name.label("provider"),
            Payment.refunded_minor,
            Payment.gateway_payment_id,
        )
        .join(Provider, Provider.id == Order.provider_id)
        .outerjoin(Payment, settled)
        .where(*narrowing(wanted), *sifting(wanted, Order))
    )


def total(wanted: Filter) -> int:
    """How many orders fit. Counts them all: for a task, not for a page."""
    query = select(func.count(Order.id)).where(*narrowing(wanted), *sifting(wanted, Order))
    with reading() as session:
        return int(session.scalar(query) or 0)
