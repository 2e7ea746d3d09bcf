"""What goes out: the try is written down, its call signed, before anything is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, func, select, update

from app.extensions import changed, db, transaction
from app.kit import clock, signing
from app.kit.crypto import CannotOpen, Sealed
from app.models import Attempt, Delivery, DeliveryStatus, Event, WebhookEndpoint
from app.services import credentials, tasks

__all__ = ["Outgoing", "begin"]

log = structlog.get_logger()

STATIC_HEADERS = {
    "Content-Type": "application/json",
    "X-DZTech-Webhook": "payment-notification",
    "User-Agent": "Gatehouse-Webhook/1",
}
SIGNATURE = "webhook-signature"  # could be replayed for five minutes, so it is not kept

_made = (
    select(func.coalesce(func.max(Attempt.number), 0))
    .where(Attempt.delivery_id == Delivery.id)
    .scalar_subquery()
)
_FOUND = (
    select(
        Delivery.status,
        Delivery.event_id,
        Event.payload,
        WebhookEndpoint.id,
        WebhookEndpoint.url,
        WebhookEndpoint.secret,
        WebhookEndpoint.previous_secret,
        WebhookEndpoint.previous_expires_at,
        WebhookEndpoint.disabled_at,
        WebhookEndpoint.failures,
        _made.label("made"),
    )
    .join(Event, Event.id == Delivery.event_id)
    .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
)


@dataclass(frozen=True)
class Outgoing:
    """One try of one delivery, ready to be sent."""

    delivery_id: str
    attempt_id: str
    number: int
    endpoint_id: str
    endpoint_fails: bool
    url: str
    headers: dict[str, str]
    body: bytes


def begin(task: tasks.Claimed) -> Outgoing | None:
    """Write a try down and sign it; None, and the task is closed, when nothing is to be sent
    (a step)."""
    delivery_id = task.args["delivery"]
    with transaction():
        row = db.session.execute(_FOUND.where(Delivery.id == delivery_id)).one_or_none()
        if row is None or row.status != DeliveryStatus.pending:
            return tasks.complete(task)
        if row.disabled_at:
            return _close(task, DeliveryStatus.paused)
        body = row.payload.encode()
        try:
            headers = _headers(row, body)
        except (CannotOpen, ValueError):
            return _close(task, DeliveryStatus.failed, "E_SECRET")
        attempt = Attempt(
            delivery_id=delivery_id,
            number=row.made + 1,
            trigger=task.args.get("trigger", "schedule"),
            started_at=clock.now(),
            request_headers={**headers, SIGNATURE: "[not kept]"},
        )
        db.session.add(attempt)
        return Outgoing(
            delivery_id=delivery_id,
            attempt_id=attempt.id,
            number=attempt.number,
            endpoint_id=row.id,
            endpoint_fails=row.failures > 0,
            url=row.url,
            headers=headers,
            body=body,
        )


def _close(task: tasks.Claimed, status: DeliveryStatus, error: str | None = None) -> None:
    values: dict[str, Any] = {"status": status, "next_attempt_at": None}
    if error:
        values["last_error"] = error
    changed(update(Delivery).where(Delivery.id == task.args["delivery"]).values(**values))
    tasks.complete(task)


def _headers(row: Row[Any], body: bytes) -> dict[str, str]:
    """The static headers and a signature of this moment, with every secret that is live."""
    now = clock.now()
    secrets = [_open(row.secret, row.id), *_previous(row, now)]
    stamp = int(now.timestamp())
    return {
        **STATIC_HEADERS,
        "webhook-id": row.event_id,
        "webhook-timestamp": str(stamp),
        SIGNATURE: signing.sign(row.event_id, stamp, body, secrets),
    }


def _previous(row: Row[Any], now: datetime) -> list[str]:
    if row.previous_secret is None or (row.previous_expires_at or now) <= now:
        return []
    try:
        return [_open(row.previous_secret, row.id)]
    except CannotOpen:  # the current one still says who we are
        log.warning("delivery.previous_secret_unreadable", endpoint=row.id)
        return []


def _open(sealed: Sealed, endpoint_id: str) -> str:
    return credentials.open_field(
        sealed, table="webhook_endpoints", owner=endpoint_id, service="webhook", field="secret"
    )
