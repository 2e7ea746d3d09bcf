"""What came of a try, recorded together with the end of its task."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.extensions import changed, db, settings, transaction
from app.kit import clock
from app.models import Attempt, Delivery, DeliveryStatus, WebhookEndpoint
from app.services import tasks
from app.services.deliveries import schedule
from app.services.deliveries.outbox import Result
from app.services.deliveries.outgoing import Outgoing

__all__ = ["record"]

DISABLE_AFTER = timedelta(days=5)  # of failing without a break


def record(task: tasks.Claimed, outgoing: Outgoing, result: Result) -> None:
    """Write the result down and plan what follows (a step). Raises tasks.LeaseLost, and leaves
    nothing, when another worker took the delivery over."""
    with transaction():
        if result.is_success:
            _succeed(task, outgoing, result)
        else:
            _fail(task, outgoing, result)
        changed(
            update(Attempt)
            .where(Attempt.id == outgoing.attempt_id)
            .values(
                ended_at=clock.now(),
                status_code=result.status,
                error=result.error,
                duration_ms=result.milliseconds,
                response_headers=result.headers,
                response_body=result.body,
            )
        )


def _succeed(task: tasks.Claimed, outgoing: Outgoing, result: Result) -> None:
    tasks.complete(task)
    _note(outgoing, result, status=DeliveryStatus.succeeded, delivered_at=clock.now())
    if outgoing.endpoint_fails:
        changed(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.id == outgoing.endpoint_id)
            .values(failures=0, failing_since=None)
        )


def _fail(task: tasks.Claimed, outgoing: Outgoing, result: Result) -> None:
    due = None
    if task.args.get("trigger") != "manual":
        due = schedule.next_attempt(
            outgoing.number, slow=settings().slow_retries, headers=result.headers
        )
    if _endpoint_failed(outgoing.endpoint_id, gone=result.status == 410):
        status, due = DeliveryStatus.paused, None
    else:
        status = DeliveryStatus.pending if due else DeliveryStatus.failed
    is_open = _note(outgoing, result, status=status, next_attempt_at=due)
    if due and is_open:
        tasks.postpone(task, due)
    else:
        tasks.complete(task)


def _note(outgoing: Outgoing, result: Result, **values: Any) -> bool:
    """Update the delivery; False when it was closed meanwhile, then its status stays."""
    values = {
        "next_attempt_at": None,
        "attempts": outgoing.number,
        "last_status_code": result.status,
        "last_error": result.error,
        **values,
    }
    own = (Delivery.id == outgoing.delivery_id, Delivery.status == DeliveryStatus.pending)
    return changed(update(Delivery).where(*own).values(**values)) == 1


def _endpoint_failed(endpoint_id: str, *, gone: bool) -> bool:
    """Count a failure in a row; True when the endpoint is disabled, now or already."""
    endpoint = db.session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    ).one()
    now = clock.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if not endpoint.disabled_at:
        if gone:
            _disable(endpoint, "the receiver answered 410 Gone")
        elif now - endpoint.failing_since >= DISABLE_AFTER:
            _disable(endpoint, "no delivery succeeded for five days")
    return endpoint.disabled_at is not None


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.disabled_at = clock.now()
    endpoint.disabled_reason = reason
