"""The calls about webhooks: what was sent, how endpoints do, sending once more."""

from app.blueprints.api import webhook_schema as answers
from app.blueprints.api.filters import LONGEST
from app.blueprints.api.operation import (
    ALWAYS,
    BAD_FIELD,
    IN_SCOPE,
    LIMIT,
    MISSING,
    ONCE_ONLY,
    WITH_A_BODY,
    Operation,
    cursor,
    together,
)
from app.blueprints.api.requests_schema import CallRequest, ReplayRequest
from app.models import DeliveryStatus, EventType

__all__ = ["WEBHOOK_OPERATIONS"]

_DELIVERY = "/webhook-deliveries/{delivery_id}"
_REPLAYS = "/webhook-endpoints/{endpoint_id}/replays"

WEBHOOK_OPERATIONS = (
    Operation(
        "get",
        "/webhook-deliveries",
        "listWebhookDeliveries",
        "Page through what was sent to your webhook endpoints, newest first",
        answers.DeliveryPage,
        together(IN_SCOPE, BAD_FIELD, ALWAYS),
        scope="payments",
        query={
            "orderId": {"type": "string", "maxLength": LONGEST},
            "endpointId": {"type": "string", "maxLength": LONGEST},
            "status": {"type": "string", "enum": list(DeliveryStatus)},
            "event": {"type": "string", "enum": list(EventType)},
            "since": {
                "type": "string",
                "format": "date-time",
                "description": "Events since then; without an offset it is UTC.",
            },
            "limit": LIMIT,
            "cursor": cursor("dlv_"),
        },
    ),
    Operation(
        "get",
        _DELIVERY,
        "getWebhookDelivery",
        "Look at one delivery, with each of its tries",
        answers.WholeDeliveryAnswer,
        together(IN_SCOPE, MISSING, ALWAYS),
        scope="payments",
    ),
    Operation(
        "post",
        f"{_DELIVERY}/redeliver",
        "redeliverWebhook",
        "Send one event once more",
        answers.DeliveryAnswer,
        together(
            WITH_A_BODY,
            IN_SCOPE,
            MISSING,
            {409: ("endpoint_disabled", "delivery_pending")},
            ALWAYS,
        ),
        scope="payments",
        body=CallRequest,
        body_optional=True,
    ),
    Operation(
        "get",
        "/webhook-endpoints",
        "listWebhookEndpoints",
        "See how your webhook endpoints do",
        answers.EndpointsAnswer,
        together(IN_SCOPE, ALWAYS),
        scope="payments",
    ),
    Operation(
        "post",
        _REPLAYS,
        "startWebhookReplay",
        "Send an endpoint once more everything that was given up since a moment",
        answers.ReplayAnswer,
        together(
            WITH_A_BODY,
            IN_SCOPE,
            MISSING,
            ONCE_ONLY,
            BAD_FIELD,
            {
                400: ("invalid_since", "too_many"),
                409: ("endpoint_disabled", "replay_running", "nothing_to_replay"),
            },
            ALWAYS,
        ),
        scope="payments",
        body=ReplayRequest,
        is_idempotent=True,
        example={"since": "2026-02-10T10:00:00Z"},
    ),
    Operation(
        "get",
        f"{_REPLAYS}/{{replay_id}}",
        "getWebhookReplay",
        "See how far a replay is",
        answers.ReplayAnswer,
        together(IN_SCOPE, MISSING, ALWAYS),
        scope="payments",
    ),
    Operation(
        "post",
        f"{_REPLAYS}/{{replay_id}}/cancel",
        "cancelWebhookReplay",
        "Send nothing more of a replay; what is under way already goes on",
        answers.ReplayAnswer,
        together(WITH_A_BODY, IN_SCOPE, MISSING, ALWAYS),
        scope="payments",
        body=CallRequest,
        body_optional=True,
    ),
)
