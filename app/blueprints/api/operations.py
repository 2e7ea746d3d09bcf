"""Every call of the API, once: what it does, takes, answers and may refuse."""

from app.blueprints.api import answers_schema as answers
from app.blueprints.api.filters import LONGEST
from app.blueprints.api.operation import (
    ALWAYS,
    BAD_FIELD,
    IN_SCOPE,
    LIMIT,
    MISSING,
    NO_ANSWER,
    ONCE_ONLY,
    WITH_A_BODY,
    WITH_A_KEY,
    Operation,
    cursor,
    together,
)
from app.blueprints.api.requests_schema import CallRequest, IntentRequest, RefundRequest
from app.blueprints.api.webhook_operations import WEBHOOK_OPERATIONS
from app.models import OrderStatus

__all__ = ["OPERATIONS"]

_ORDER = "/orders/{order_id}"
_SYNC = {"type": "string", "enum": ["0", "1"], "description": "1: ask the gateway first."}

OPERATIONS = (
    Operation(
        "post",
        "/create-payment-intent",
        "createPaymentIntent",
        "Make an order and get the page to send the customer to",
        answers.IntentAnswer,
        together(
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
                    "escrow_unavailable",
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
        together(WITH_A_KEY, ALWAYS),
        key="optional",
    ),
    Operation(
        "get",
        "/orders",
        "listOrders",
        "Page through orders, newest first",
        answers.OrderPage,
        together(IN_SCOPE, BAD_FIELD, ALWAYS),
        scope="payments",
        query={
            "externalId": {"type": "string", "maxLength": LONGEST},
            "status": {"type": "string", "enum": list(OrderStatus)},
            "createdAfter": {"type": "string", "format": "date-time"},
            "limit": LIMIT,
            "cursor": cursor("ord_"),
        },
    ),
    Operation(
        "get",
        _ORDER,
        "getOrder",
        "Look at one order, with its payments and refunds",
        answers.WholeOrderAnswer,
        together(IN_SCOPE, MISSING, BAD_FIELD, NO_ANSWER, ALWAYS),
        scope="payments",
        query={"sync": _SYNC},
    ),
    Operation(
        "post",
        f"{_ORDER}/cancel",
        "cancelOrder",
        "Cancel an order of which nothing was paid",
        answers.WholeOrderAnswer,
        together(WITH_A_BODY, IN_SCOPE, MISSING, {409: ("invalid_state",)}, NO_ANSWER, ALWAYS),
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
        together(
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
    *WEBHOOK_OPERATIONS,
    Operation(
        "get", "/openapi.json", "getOpenapi", "This document", None, together(ALWAYS), key="none"
    ),
    Operation("get", "/docs", "getDocs", "This document as a page", None, ALWAYS, key="none"),
)
