"""What we send to Stripe. Built from stored values alone: the same key must carry the same
parameters whenever it is repeated, or Stripe refuses it."""

from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.stripe.amounts import to_stripe

__all__ = ["intent", "refund", "session"]

_LOCALES = {"pt", "en"}  # the languages of our own pages; Stripe's "pt" is the European one


def intent(request: base.PaymentRequest, methods: tuple[str, ...]) -> dict[str, Any]:
    """PaymentIntentCreateParams of an unconfirmed intent."""
    sent: dict[str, Any] = {
        "amount": to_stripe(request.money.minor, request.money.currency),
        "currency": request.money.currency.lower(),
        "allowed_payment_method_types": list(methods),
        "description": request.item_name,
        "metadata": _metadata(request),
        **_group(request),
    }
    if request.customer_email:
        sent["receipt_email"] = request.customer_email
    return sent


def session(request: base.PaymentRequest) -> dict[str, Any]:
    """SessionCreateParams of a hosted page for one method; the amount cannot change there."""
    money = request.money
    product: dict[str, Any] = {"name": request.item_name}
    if request.item_description:
        product["description"] = request.item_description
    sent: dict[str, Any] = {
        "mode": "payment",
        "allowed_payment_method_types": [request.method],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": money.currency.lower(),
                    "unit_amount": to_stripe(money.minor, money.currency),
                    "product_data": product,
                },
            }
        ],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": request.payment_id,
        "metadata": _metadata(request),
        "payment_intent_data": {
            "metadata": _metadata(request),
            "description": request.item_name,
            **_group(request),
        },
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "locale": _locale(request.locale),
    }
    if request.session_until:
        sent["expires_at"] = int(request.session_until.timestamp())
    if request.customer_email:
        sent["customer_email"] = request.customer_email
    return sent


def refund(gateway_payment_id: str, request: base.RefundRequest) -> dict[str, Any]:
    """RefundCreateParams."""
    return {
        "payment_intent": gateway_payment_id,
        "amount": to_stripe(request.money.minor, request.money.currency),
        "reason": "duplicate" if request.cause == "duplicate" else "requested_by_customer",
        "metadata": {"refund_id": request.refund_id},
    }


def _locale(wanted: str | None) -> str:
    """`pt` of pt, pt_PT or pt-PT; Stripe looks at the browser where it is none of ours."""
    language = (wanted or "").replace("_", "-").split("-")[0].lower()
    return language if language in _LOCALES else "auto"


def _group(request: base.PaymentRequest) -> dict[str, str]:
    """What ties a charge to the transfers that are made out of it."""
    return {"transfer_group": request.order_id} if request.is_held else {}


def _metadata(request: base.PaymentRequest) -> dict[str, str]:
    return {
        "payment_id": request.payment_id,
        "order_id": request.order_id,
        "organization_id": request.org_id,
    }
