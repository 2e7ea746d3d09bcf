"""How endpoints do: what they took of the last day, what waits, when they last took something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from app.extensions import reading
from app.kit import clock
from app.kit.tokens import first_id
from app.models import Delivery, DeliveryStatus, WebhookEndpoint

__all__ = ["Health", "of_provider"]

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Health:
    """One endpoint's: `tried` and `delivered` are of the events of the last 24 hours."""

    tried: int
    delivered: int
    waiting: int
    last_success: datetime | None

    @property
    def rate(self) -> int | None:
        """Percent delivered of what was tried, rounded down; None where nothing was."""
        return self.delivered * 100 // self.tried if self.tried else None


def of_provider(provider_id: str) -> Mapping[str, Health]:
    """The health of each of a provider's endpoints, by endpoint: one statement, each part of it
    read from the index by endpoint, state and id."""
    recent = Delivery.id >= first_id(Delivery.ID_PREFIX, clock.now() - DAY)
    last = (
        select(Delivery.delivered_at)
        .where(*_of(DeliveryStatus.succeeded))
        .order_by(Delivery.id.desc())
        .limit(1)
        .correlate(WebhookEndpoint)
        .scalar_subquery()
    )
    query = select(
        WebhookEndpoint.id,
        _count(*_of(*DeliveryStatus), recent, Delivery.attempts > 0).label("tried"),
        _count(*_of(DeliveryStatus.succeeded), recent).label("delivered"),
        _count(*_of(DeliveryStatus.pending, DeliveryStatus.paused)).label("waiting"),
        last.label("last_success"),
    ).where(WebhookEndpoint.provider_id == provider_id)
    with reading() as session:
        rows = session.execute(query).all()
    return {row.id: Health(row.tried, row.delivered, row.waiting, row.last_success) for row in rows}


def _of(*statuses: DeliveryStatus) -> tuple[Any, ...]:
    return (
        Delivery.org_id == WebhookEndpoint.org_id,
        Delivery.endpoint_id == WebhookEndpoint.id,
        Delivery.status.in_(statuses),
    )


def _count(*conditions: Any) -> ScalarSelect[Any]:
    query = select(func.count(Delivery.id)).where(*conditions)
    return query.correlate(WebhookEndpoint).scalar_subquery()
