"""Everything that happened to an order, as one story. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import (
    Attempt,
    Delivery,
    Event,
    InboundEvent,
    Order,
    Payment,
    Provider,
    TimelineEntry,
    WebhookEndpoint,
)

__all__ = ["CREATED", "HEARD", "SENT", "Line", "of"]

# Kinds of lines that are kept in tables of their own, beside the timeline's.
CREATED, HEARD, SENT = "order.created", "gateway.call", "webhook.attempt"
MOST = 300  # lines of each kind; an order has some dozens


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    kind: str
    actor: str
    data: dict[str, Any] = field(default_factory=dict)


def of(order_id: str) -> list[Line]:
    """The story of one order, the newest first. Raises NotFound."""
    with reading() as session:
        row = session.execute(
            select(Order, Provider.name)
            .join(Provider, Provider.id == Order.provider_id)
            .where(Order.id == order_id)
        ).one_or_none()
        if row is None:
            raise NotFound("No such order")
        first = Line(row.Order.created_at, CREATED, row.name, {"amount": str(row.Order.money)})
        lines = [
            first,
            *_noted(session, order_id),
            *_heard(session, order_id),
            *_sent(session, order_id),
        ]
    # A sort keeps what happened at the same moment in the order in which it was written.
    return sorted(lines, key=lambda one: one.at)[::-1]


def _noted(session: Any, order_id: str) -> Iterator[Line]:
    query = select(TimelineEntry).where(TimelineEntry.order_id == order_id)
    for one in _newest(session, query, TimelineEntry.id):
        yield Line(one.at, one.kind, one.actor, dict(one.data))


def _heard(session: Any, order_id: str) -> Iterator[Line]:
    query = select(InboundEvent).where(
        InboundEvent.payment_id.in_(select(Payment.id).where(Payment.order_id == order_id))
    )
    for one in _newest(session, query, InboundEvent.id):
        yield Line(one.created_at, HEARD, one.gateway, {"gateway": one.gateway, "type": one.type})


def _sent(session: Any, order_id: str) -> Iterator[Line]:
    tries = session.execute(
        select(Attempt, Event.type, WebhookEndpoint.url)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
        .where(Delivery.order_id == order_id)
        .order_by(Attempt.id.desc())
        .limit(MOST)
    ).all()
    for one, type_, url in reversed(tries):
        data = {
            "event": type_,
            "url": url,
            "number": one.number,
            "code": one.status_code,
            "error": one.error,
            "by_hand": one.trigger == "manual",
        }
        yield Line(one.started_at, SENT, "gatehouse", data)


def _newest(session: Any, query: Any, column: Any) -> Sequence[Any]:
    """The newest rows, oldest first."""
    found: Sequence[Any] = session.scalars(query.order_by(column.desc()).limit(MOST)).all()
    return found[::-1]
