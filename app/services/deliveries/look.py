"""Looking at deliveries. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import Delivery, Event

__all__ = ["get", "page"]


def get(delivery_id: str, *, provider_id: str) -> tuple[Delivery, str]:
    """One delivery and its event's type. Raises NotFound, also for another provider's."""
    with reading() as session:
        row = session.execute(
            select(Delivery, Event.type)
            .join(Event, Event.id == Delivery.event_id)
            .where(Delivery.id == delivery_id, Event.provider_id == provider_id)
        ).one_or_none()
    if row is None:
        raise NotFound("No such delivery")
    return row[0], row[1]


def page(
    provider_id: str,
    *,
    order_id: str | None = None,
    status: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> tuple[Sequence[tuple[Delivery, str]], str | None]:
    """A keyset page of deliveries with their events' types, newest first, and the next cursor."""
    query = (
        select(Delivery, Event.type)
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.provider_id == provider_id)
    )
    if order_id is not None:
        query = query.where(Delivery.order_id == order_id)
    if status is not None:
        query = query.where(Delivery.status == status)
    if cursor is not None:
        query = query.where(Delivery.id < cursor)
    with reading() as session:
        rows = session.execute(query.order_by(Delivery.id.desc()).limit(limit + 1)).all()
    shown = [(row[0], row[1]) for row in rows[:limit]]
    return shown, shown[-1][0].id if len(rows) > limit else None
