"""One try: written down before it is sent, sent without holding the database, its result recorded
together with the end of its task. At least once: a crash in between sends it again, with the same
`webhook-id`."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select

from app.extensions import db, settings, transaction
from app.kit import clock, signing
from app.kit.crypto import CannotOpen
from app.kit.errors import Conflict, NotFound
from app.models import Attempt, Delivery, DeliveryStatus, Event, WebhookEndpoint
from app.services import credentials, tasks
from app.services.deliveries import outbox, schedule

__all__ = ["redeliver", "send"]

log = structlog.get_logger()

DISABLE_AFTER = timedelta(days=5)  # of failing without a break
STATIC_HEADERS = {
    "Content-Type": "application/json",
    "X-DZTech-Webhook": "payment-notification",
    "User-Agent": "Gatehouse-Webhook/1",
}


@dataclass(frozen=True)
class _Outgoing:
    attempt_id: str
    url: str
    headers: dict[str, str]
    body: bytes


def send(task: tasks.Claimed) -> None:
    """Make one try of a delivery (a flow, for the task); closes the task itself."""
    outgoing = _begin(task)
    if outgoing is None:
        return
    result = outbox.post(outgoing.url, outgoing.headers, outgoing.body)
    try:
        _record(task, outgoing, result)
    except tasks.LeaseLost:
        log.warning("delivery.overtaken", delivery=task.args["delivery"])


def redeliver(delivery_id: str) -> None:
    """Try a delivery once more, by hand (a step). Raises NotFound, Conflict while it is paused
    because its endpoint is disabled or under way anyway."""
    with transaction():
        row = db.session.scalars(
            select(Delivery).where(Delivery.id == delivery_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise NotFound("No such delivery")
        endpoint = db.session.get(WebhookEndpoint, row.endpoint_id)
        if endpoint is None or endpoint.disabled_at:
            raise Conflict("The endpoint is disabled", "endpoint_disabled")
        if row.status == DeliveryStatus.pending:
            raise Conflict("This delivery is still being tried", "delivery_pending")
        row.status = DeliveryStatus.pending
        row.next_attempt_at = clock.now()
        tasks.add("deliveries.send", {"delivery": row.id, "trigger": "manual"}, lane=endpoint.id)


def _begin(task: tasks.Claimed) -> _Outgoing | None:
    """Count the try and write it down; None when there is nothing to send (a step)."""
    with transaction():
        found = db.session.execute(
            select(Delivery, Event, WebhookEndpoint)
            .join(Event, Event.id == Delivery.event_id)
            .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
            .where(Delivery.id == task.args["delivery"])
        ).one_or_none()
        if found is None or found.Delivery.status != DeliveryStatus.pending:
            tasks.complete(task)
            return None
        delivery, event, endpoint = found
        if endpoint.disabled_at:
            delivery.status = DeliveryStatus.paused
            delivery.next_attempt_at = None
            tasks.complete(task)
            return None
        body = event.payload.encode()
        try:
            headers = _headers(event.id, body, endpoint)
        except (CannotOpen, ValueError):
            _give_up(delivery, "E_SECRET")
            tasks.complete(task)
            return None
        delivery.attempts += 1
        attempt = Attempt(
            delivery_id=delivery.id,
            number=delivery.attempts,
            trigger=task.args.get("trigger", "schedule"),
            started_at=clock.now(),
            request_headers=headers,
        )
        db.session.add(attempt)
        return _Outgoing(attempt.id, endpoint.url, headers, body)


def _headers(event_id: str, body: bytes, endpoint: WebhookEndpoint) -> dict[str, str]:
    """The static headers and a signature of this moment, with every secret that is live."""
    now = clock.now()
    secrets = [_open(endpoint, "secret")]
    if endpoint.previous_secret and (endpoint.previous_expires_at or now) > now:
        secrets.append(_open(endpoint, "previous_secret"))
    stamp = int(now.timestamp())
    return {
        **STATIC_HEADERS,
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signing.sign(event_id, stamp, body, secrets),
    }


def _open(endpoint: WebhookEndpoint, column: str) -> str:
    return credentials.open_field(
        getattr(endpoint, column),
        table="webhook_endpoints",
        owner=endpoint.id,
        service="webhook",
        field="secret",
    )


def _record(task: tasks.Claimed, outgoing: _Outgoing, result: outbox.Result) -> None:
    """Write the result down and plan what follows, if the task is still ours (a step)."""
    with transaction():
        attempt, delivery, endpoint = db.session.execute(
            select(Attempt, Delivery, WebhookEndpoint)
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
            .where(Attempt.id == outgoing.attempt_id)
        ).one()
        attempt.ended_at = clock.now()
        attempt.status_code, attempt.error = result.status, result.error
        attempt.duration_ms = result.milliseconds
        attempt.response_headers, attempt.response_body = result.headers, result.body
        delivery.last_status_code, delivery.last_error = result.status, result.error
        if result.is_success:
            _succeed(delivery, endpoint)
            tasks.complete(task)
        else:
            _fail(task, delivery, endpoint, result)


def _succeed(delivery: Delivery, endpoint: WebhookEndpoint) -> None:
    delivery.status = DeliveryStatus.succeeded
    delivery.delivered_at = clock.now()
    delivery.next_attempt_at = None
    if endpoint.failures:
        endpoint.failures, endpoint.failing_since = 0, None


def _fail(
    task: tasks.Claimed, delivery: Delivery, endpoint: WebhookEndpoint, result: outbox.Result
) -> None:
    now = clock.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if result.status == 410:
        _disable(endpoint, "the receiver answered 410 Gone")
    elif now - endpoint.failing_since >= DISABLE_AFTER:
        _disable(endpoint, "no delivery succeeded for five days")
    if endpoint.disabled_at:
        delivery.status, delivery.next_attempt_at = DeliveryStatus.paused, None
        tasks.complete(task)
        return
    due = None
    if task.args.get("trigger") != "manual":
        due = schedule.next_attempt(
            delivery.attempts, slow=settings().slow_retries, headers=result.headers
        )
    if due is None:
        _give_up(delivery, result.error)
        tasks.complete(task)
    else:
        delivery.next_attempt_at = due
        tasks.postpone(task, due)


def _give_up(delivery: Delivery, error: str | None) -> None:
    delivery.status = DeliveryStatus.failed
    delivery.next_attempt_at = None
    delivery.last_error = error


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.disabled_at = endpoint.disabled_at or clock.now()
    endpoint.disabled_reason = reason
