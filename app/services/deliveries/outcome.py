"""What came of a try, recorded together with the end of its task."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.extensions import changed, db, settings, transaction
from app.kit import clock
from app.models import Delivery, DeliveryStatus, NoticeKind, WebhookEndpoint
from app.services import letterbox, notices, tasks
from app.services.deliveries import schedule
from app.services.deliveries.outbox import Result
from app.services.deliveries.outgoing import Outgoing
from app.services.deliveries.together import Together

__all__ = ["record"]

WARN_AFTER = timedelta(hours=12)
NOTICE_EVERY = timedelta(days=1)  # of one that recovers and fails again
DISABLE_AFTER = timedelta(days=5)  # of failing without a break


@dataclass(frozen=True)
class _Made:
    """A try that was made."""

    task: tasks.Claimed
    outgoing: Outgoing
    result: Result


def record(task: tasks.Claimed, outgoing: Outgoing, result: Result) -> None:
    """Write the result down and plan what follows (a step, shared with other threads).

    Raises tasks.LeaseLost, and leaves nothing, when another worker took the delivery over.
    """
    made = _Made(task, outgoing, result)
    if not result.is_success:
        _fail(made)
    elif not _succeed(made):
        raise tasks.LeaseLost


def _record_successes(several: list[_Made]) -> list[bool]:
    with transaction():
        ours = tasks.complete_several([one.task for one in several])
        held = [one for one in several if one.task.id in ours]
        for one in held:
            _note(one, DeliveryStatus.succeeded)
            one.outgoing.delivery.delivered_at = clock.now()
        recovered = {
            one.outgoing.delivery.endpoint_id for one in held if one.outgoing.endpoint_fails
        }
        if recovered:
            changed(
                update(WebhookEndpoint)
                .where(WebhookEndpoint.id.in_(recovered))
                .values(failures=0, failing_since=None, warned_at=None)
            )
        return [one.task.id in ours for one in several]


_succeed = Together(_record_successes)


def _fail(made: _Made) -> None:
    task, result, delivery = made.task, made.result, made.outgoing.delivery
    due = None
    if task.args.get("trigger", "schedule") == "schedule":
        due = schedule.next_attempt(
            made.outgoing.attempt.number, slow=settings().slow_retries, headers=result.headers
        )
    with transaction():
        status = db.session.scalar(
            select(Delivery.status).where(Delivery.id == delivery.id).with_for_update()
        )
        is_disabled = _endpoint_failed(delivery.endpoint_id, gone=result.status == 410)
        if status != DeliveryStatus.pending:  # cancelled during the call, for instance
            due = None
        elif is_disabled:
            status, due = DeliveryStatus.paused, None
        elif due is None:
            status = DeliveryStatus.failed
        if due:
            tasks.postpone(task, due)
        else:
            tasks.complete(task)
        _note(made, status)
        delivery.next_attempt_at = due


def _note(made: _Made, status: str | None) -> None:
    """Put the result into the delivery and its attempt, which are new to this session (a part)."""
    delivery, attempt, result = made.outgoing.delivery, made.outgoing.attempt, made.result
    db.session.add_all([delivery, attempt])
    if status:
        delivery.status = status
    delivery.attempts = attempt.number
    delivery.next_attempt_at = None
    delivery.last_status_code, delivery.last_error = result.status, result.error
    attempt.ended_at, attempt.duration_ms = clock.now(), result.milliseconds
    attempt.status_code, attempt.error = result.status, result.error
    attempt.response_headers, attempt.response_body = result.headers, result.body


def _endpoint_failed(endpoint_id: str, *, gone: bool) -> bool:
    """Count a failure in a row; True when the endpoint is disabled, now or already."""
    endpoint = db.session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    ).one()
    now = clock.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if not endpoint.disabled_at:
        if endpoint.failures == schedule.IN_A_ROW and not gone:
            _tell_everybody(NoticeKind.endpoint_failing, endpoint, once_in=NOTICE_EVERY)
        if gone:
            _disable(endpoint, "the receiver answered 410 Gone")
        elif now - endpoint.failing_since >= DISABLE_AFTER:
            _disable(endpoint, "no delivery succeeded for five days")
        elif now - endpoint.failing_since >= WARN_AFTER and not endpoint.warned_at:
            endpoint.warned_at = now
            letterbox.to_owners("endpoint_failing", endpoint=endpoint.id)
    return endpoint.disabled_at is not None


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.disabled_at = clock.now()
    endpoint.disabled_reason = reason
    _tell_everybody(NoticeKind.endpoint_off, endpoint)
    letterbox.to_owners("endpoint_off", endpoint=endpoint.id)


def _tell_everybody(
    kind: NoticeKind, endpoint: WebhookEndpoint, *, once_in: timedelta | None = None
) -> None:
    notices.tell(kind, endpoint.id, once_in=once_in, url=endpoint.url)
