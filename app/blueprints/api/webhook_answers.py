"""What the API says of webhooks: deliveries, endpoints, replays."""

from typing import Any

from app.blueprints.api import webhook_schema as schema
from app.blueprints.api.answers import moment
from app.kit import clock
from app.models import Delivery, WebhookEndpoint
from app.services.deliveries.health import Health
from app.services.deliveries.log import Entry, Try, Whole
from app.services.deliveries.replays import Progress

__all__ = ["delivery", "endpoint", "replay", "whole_delivery"]


def delivery(found: Entry) -> dict[str, Any]:
    """One event on its way to one endpoint."""
    return schema.DeliveryAnswer(**_delivery(found.delivery, found.event)).body()


def whole_delivery(found: Whole) -> dict[str, Any]:
    """A delivery with everything about it."""
    return schema.WholeDeliveryAnswer(
        **_delivery(found.delivery, found.entry.event),
        url=found.endpoint.url,
        payload=found.payload,
        tries=[_try(one) for one in found.tries],
    ).body()


def _delivery(one: Delivery, event: str) -> dict[str, Any]:
    return {
        "delivery_id": one.id,
        "event_id": one.event_id,
        "event": event,
        "order_id": one.order_id,
        "endpoint_id": one.endpoint_id,
        "status": one.status,
        "attempts": one.attempts,
        "last_status_code": one.last_status_code,
        "last_error": one.last_error,
        "next_attempt_at": moment(one.next_attempt_at),
        "delivered_at": moment(one.delivered_at),
        "created_at": clock.iso(one.created_at),
    }


def _try(one: Try) -> schema.TryAnswer:
    attempt = one.attempt
    return schema.TryAnswer(
        number=attempt.number,
        trigger=attempt.trigger,
        started_at=clock.iso(attempt.started_at),
        ended_at=moment(attempt.ended_at),
        duration_ms=attempt.duration_ms,
        status_code=attempt.status_code,
        error=attempt.error,
        request_headers=dict(one.request_headers),
        response_headers=attempt.response_headers or {},
        response_body=one.response_body,
        response_body_is_cut=one.is_cut,
    )


def endpoint(one: WebhookEndpoint, health: Health, last: Progress | None) -> dict[str, Any]:
    """One endpoint and how it does."""
    return schema.EndpointAnswer(
        endpoint_id=one.id,
        url=one.url,
        events=one.events,
        disabled_at=moment(one.disabled_at),
        disabled_reason=one.disabled_reason,
        failing_since=moment(one.failing_since),
        failures=one.failures,
        tried_last_day=health.tried,
        delivered_last_day=health.delivered,
        waiting=health.waiting,
        last_success_at=moment(health.last_success),
        last_replay=_replay(last) if last else None,
        created_at=clock.iso(one.created_at),
    ).body()


def replay(found: Progress) -> dict[str, Any]:
    """How far a replay is."""
    return _replay(found).body()


def _replay(found: Progress) -> schema.ReplayAnswer:
    one = found.replay
    return schema.ReplayAnswer(
        replay_id=one.id,
        endpoint_id=one.endpoint_id,
        status=one.status,
        since=clock.iso(one.since),
        until=clock.iso(one.until),
        total=one.total,
        delivered=found.delivered,
        failed=found.failed,
        waiting=found.waiting,
        created_at=clock.iso(one.created_at),
        ended_at=moment(one.ended_at),
    )
