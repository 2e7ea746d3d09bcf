"""What goes out: the try is written down, its call signed, before anything is sent."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.crypto import CannotOpen
from app.models import Attempt, Delivery, DeliveryStatus, Event, WebhookEndpoint
from app.services import tasks
from app.services.deliveries.signatures import NOT_KEPT, SIGNATURE, sign
from app.services.deliveries.together import Together

__all__ = ["Outgoing", "begin"]

STATIC_HEADERS = {
    "Content-Type": "application/json",
    "X-DZTech-Webhook": "payment-notification",
    "User-Agent": "Gatehouse-Webhook/1",
}

_made = select(func.max(Attempt.number)).where(Attempt.delivery_id == Delivery.id)
_FOUND = (
    select(
        Delivery,
        Event.payload,
        WebhookEndpoint.url,
        WebhookEndpoint.secret,
        WebhookEndpoint.previous_secret,
        WebhookEndpoint.previous_expires_at,
        WebhookEndpoint.disabled_at,
        WebhookEndpoint.failures,
        _made.scalar_subquery().label("made"),
    )
    .join(Event, Event.id == Delivery.event_id)
    .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
)


@dataclass(frozen=True)
class Outgoing:
    """One try of one delivery, ready to be sent."""

    delivery: Delivery
    attempt: Attempt
    endpoint_fails: bool
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Nothing:
    """There is nothing to send; how the delivery ends, if this is its end."""

    status: DeliveryStatus | None = None
    error: str | None = None


def begin(task: tasks.Claimed) -> Outgoing | None:
    """Write a try down and sign it; None, and the task is closed, when nothing is to be sent
    (a step, shared with other threads)."""
    found = _begin(task)
    if isinstance(found, Outgoing):
        return found
    with transaction():
        tasks.complete(task)
        delivery = db.session.get(Delivery, task.args["delivery"])
        if delivery and found.status:
            delivery.status, delivery.next_attempt_at = found.status, None
            delivery.last_error = found.error or delivery.last_error
    return None


def _write_down(several: list[tasks.Claimed]) -> list[Outgoing | _Nothing]:
    ids = [task.args["delivery"] for task in several]
    with transaction():
        rows = db.session.execute(_FOUND.where(Delivery.id.in_(ids))).all()
        found = {row.Delivery.id: row for row in rows}
        return [_outgoing(task, found.get(task.args["delivery"])) for task in several]


_begin = Together(_write_down)


def _outgoing(task: tasks.Claimed, row: Row[Any] | None) -> Outgoing | _Nothing:
    if row is None or row.Delivery.status != DeliveryStatus.pending:
        return _Nothing()
    if row.disabled_at:
        return _Nothing(DeliveryStatus.paused)
    body = row.payload.encode()
    try:
        headers = _headers(row, body)
    except (CannotOpen, ValueError):
        return _Nothing(DeliveryStatus.failed, "E_SECRET")
    attempt = Attempt(
        delivery_id=row.Delivery.id,
        number=(row.made or 0) + 1,
        trigger=task.args.get("trigger", "schedule"),
        started_at=clock.now(),
        request_headers={**headers, SIGNATURE: NOT_KEPT},
    )
    db.session.add(attempt)
    return Outgoing(row.Delivery, attempt, row.failures > 0, row.url, headers, body)


def _headers(row: Row[Any], body: bytes) -> dict[str, str]:
    """The static headers and a signature of this moment, with every secret that is live."""
    event_id = row.Delivery.event_id
    stamp, signature = sign(row.Delivery.endpoint_id, row, event_id, body, clock.now())
    return {
        **STATIC_HEADERS,
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        SIGNATURE: signature,
    }
