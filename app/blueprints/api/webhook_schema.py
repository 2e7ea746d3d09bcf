"""The shapes of what the API says of webhooks: deliveries, endpoints, replays."""

from typing import Annotated

from pydantic import Field

from app.blueprints.api.answers_schema import Answer, Cursor, Moment, OrderId, Url
from app.models import DeliveryStatus, EventType, ReplayStatus

__all__ = [
    "DeliveryAnswer",
    "DeliveryPage",
    "EndpointAnswer",
    "EndpointsAnswer",
    "ReplayAnswer",
    "TryAnswer",
    "WholeDeliveryAnswer",
]


class DeliveryAnswer(Answer):
    """One event on its way to one endpoint."""

    delivery_id: str
    event_id: Annotated[str, Field(description="Also the `webhook-id`: the same on every try.")]
    event: EventType
    order_id: OrderId | None
    endpoint_id: str
    status: DeliveryStatus
    attempts: int
    last_status_code: int | None
    last_error: str | None
    next_attempt_at: Moment | None
    delivered_at: Moment | None
    created_at: Moment


class DeliveryPage(Answer):
    """One page of deliveries, newest first."""

    deliveries: list[DeliveryAnswer]
    next_cursor: Cursor


class TryAnswer(Answer):
    """One POST. `endedAt` is null while it is under way, or when we died in it."""

    number: int
    trigger: Annotated[str, Field(description="`schedule`, `manual` or `replay`.")]
    started_at: Moment
    ended_at: Moment | None
    duration_ms: int | None
    status_code: int | None
    error: str | None
    request_headers: Annotated[
        dict[str, str],
        Field(description="The signature shows once it is too old to be taken again."),
    ]
    response_headers: dict[str, str]
    response_body: Annotated[str, Field(description="The first 8,192 characters.")]
    response_body_is_cut: bool


class WholeDeliveryAnswer(DeliveryAnswer):
    """A delivery with everything about it."""

    url: Annotated[Url, Field(description="Where the endpoint is now.")]
    payload: Annotated[str, Field(description="The body, byte for byte as it is signed.")]
    tries: Annotated[list[TryAnswer], Field(description="Oldest first.")]


class ReplayAnswer(Answer):
    """How far an endpoint was sent once more what it did not take."""

    replay_id: str
    endpoint_id: str
    status: Annotated[
        ReplayStatus,
        Field(description="`stopped`: the endpoint was switched off, or takes nothing still."),
    ]
    since: Moment
    until: Annotated[Moment, Field(description="When it was asked for: later ones are not in it.")]
    total: Annotated[int, Field(description="Deliveries to send, when it began.")]
    delivered: int
    failed: int
    waiting: Annotated[int, Field(description="Sent, and not decided yet.")]
    created_at: Moment
    ended_at: Moment | None


class EndpointAnswer(Answer):
    """One of your endpoints, and how it does."""

    endpoint_id: str
    url: Url
    events: list[EventType]
    disabled_at: Annotated[
        Moment | None, Field(description="Since then nothing is sent; what happens waits.")
    ]
    disabled_reason: str | None
    failing_since: Moment | None
    failures: Annotated[int, Field(description="Failed tries in a row.")]
    tried_last_day: Annotated[int, Field(description="Deliveries of the last 24 hours.")]
    delivered_last_day: int
    waiting: Annotated[int, Field(description="Deliveries under way or held back.")]
    last_success_at: Moment | None
    last_replay: ReplayAnswer | None
    created_at: Moment


class EndpointsAnswer(Answer):
    """Your endpoints, oldest first."""

    endpoints: list[EndpointAnswer]
