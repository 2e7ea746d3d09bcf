"""Every call of the API, once: what it does, takes, answers and may refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from app.blueprints.api import answers_schema as answers
from app.blueprints.api.filters import LONGEST, MOST, USUAL
from app.blueprints.api.requests_schema import CallRequest, IntentRequest, RefundRequest
from app.models import DeliveryStatus, OrderStatus

__all__ = ["OPERATIONS", "Operation"]

Codes = Mapping[int, tuple[str, ...]]

ALWAYS: Codes = {500: ("server_error",), 503: ("database_unavailable",)}
WITH_A_KEY: Codes = {401: ("invalid_api_key",), 429: ("rate_limited",)}
IN_SCOPE: Codes = {**WITH_A_KEY, 403: ("missing_scope",)}
WITH_A_BODY: Codes = {
    400: ("invalid_json",),
    413: ("body_too_large",),
    415: ("unsupported_content_type",),
}
ONCE_ONLY: Codes = {
    400: ("invalid_idempotency_key",),
    409: ("idempotency_in_use",),
    422: ("idempotency_mismatch",),
}
MISSING: Codes = {404: ("not_found",)}
BAD_FIELD: Codes = {400: ("invalid_field",)}
NO_ANSWER: Codes = {502: ("gateway_unavailable",)}


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    method: str
    path: str  # below /api
    name: str
    summary: str
    answer: type[BaseModel] | None
    refusals: Codes
    scope: str | None = None
    key: str = "required"  # or optional, none
    body: type[BaseModel] | None = None
    body_optional: bool = False
    is_idempotent: bool = False
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None


def _all(*found: Codes) -> Codes:
    together: dict[int, tuple[str, ...]] = {}
    for codes in found:
        for status, names in codes.items():
            together[status] = (*together.get(status, ()), *names)
    return dict(sorted(together.items()))


_ORDER = "/orders/{order_id}"
_PAGING: dict[str, Mapping[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    "cursor": {"type": "string", "maxLength": 40, "description": "The last answer's nextCursor."},
}

OPERATIONS = (
    Operation(
        "post",
        "/create-payment-intent",
        "createPaymentIntent",
        "Make an order and get the page to send the customer to",
        answers.IntentAnswer,
        _all(
            WITH_A_BODY,
            IN_SCOPE,
            ONCE_ONLY,
            BAD_FIELD,
            {
                400: (
                    "amount_required",
                    "invalid_amount",
                    "invalid_gateway",
                    "invalid_currency",
                    "gateway_not_configured",
                    "method_unavailable",
                ),
                402: ("declined",),
                502: ("gateway_unavailable", "gateway_misconfigured"),
            },
            ALWAYS,
        ),
        scope="payments",
        body=IntentRequest,
        is_idempotent=True,
        example={
            "amount": 19.99,
            "itemName": "Premium Credits",
            "itemDescription": "100 credits for your account",
            "externalId": "ORDER-1042",
        },
    ),
    Operation(
        "get",
        "/payment-gateways",
        "listPaymentGateways",
        "List what can be paid with: the platform's view, or with a key the provider's",
        answers.GatewaysAnswer,
        _all(WITH_A_KEY, ALWAYS),
        key="optional",
    ),
    Operation(
        "get",
        "/orders",
        "listOrders",
        "Page through orders, newest first",
        answers.OrderPage,
        _all(IN_SCOPE, BAD_FIELD, ALWAYS),
        scope="payments",
        query={
            "externalId": {"type": "string", "maxLength": LONGEST},
            "status": {"type": "string", "enum": list(OrderStatus)},
            "createdAfter": {"type": "string", "format": "date-time"},
            **_PAGING,
        },
    ),
    Operation(
        "get",
        _ORDER,
        "getOrder",
        "Look at one order, with its payments and refunds",
        answers.WholeOrderAnswer,
        _all(IN_SCOPE, MISSING, NO_ANSWER, ALWAYS),
        scope="payments",
        query={"sync": {"type": "string", "enum": ["1"], "description": "Ask the gateway first."}},
    ),
    Operation(
        "post",
        f"{_ORDER}/cancel",
        "cancelOrder",
        "Cancel an order of which nothing was paid",
        answers.WholeOrderAnswer,
        _all(WITH_A_BODY, IN_SCOPE, MISSING, {409: ("invalid_state",)}, NO_ANSWER, ALWAYS),
        scope="payments",
        body=CallRequest,
        body_optional=True,
    ),
    Operation(
        "post",
        f"{_ORDER}/refunds",
        "createRefund",
        "Give money back, in full or in part",
        answers.RefundAnswer,
        _all(
            WITH_A_BODY,
            IN_SCOPE,
            MISSING,
            ONCE_ONLY,
            BAD_FIELD,
            {400: ("invalid_amount",), 409: ("not_paid", "refund_too_large")},
            ALWAYS,
        ),
        scope="refunds",
        body=RefundRequest,
        body_optional=True,
        is_idempotent=True,
        example={"amount": 5, "reason": "One item was out of stock"},
    ),
    Operation(
        "get",
        "/webhook-deliveries",
        "listWebhookDeliveries",
        "Page through what was sent to your webhook endpoints",
        answers.DeliveryPage,
        _all(IN_SCOPE, BAD_FIELD, ALWAYS),
        scope="payments",
        query={
            "orderId": {"type": "string", "maxLength": LONGEST},
            "status": {"type": "string", "enum": list(DeliveryStatus)},
            **_PAGING,
        },
    ),
    Operation(
        "post",
        "/webhook-deliveries/{delivery_id}/redeliver",
        "redeliverWebhook",
        "Send one event once more",
        answers.DeliveryAnswer,
        _all(
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
        "get", "/openapi.json", "getOpenapi", "This document", None, _all(ALWAYS), key="none"
    ),
    Operation("get", "/docs", "getDocs", "This document as a page", None, ALWAYS, key="none"),
)
