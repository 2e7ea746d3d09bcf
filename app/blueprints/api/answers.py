"""What the API says of orders, payments, refunds and gateways. Amounts in major units."""

from datetime import datetime
from typing import Any

from flask import g

from app.blueprints.api import answers_schema as schema
from app.kit import clock
from app.kit.money import Money
from app.models import Order, Payment, PaymentStatus, Refund
from app.registry import GatewaySpec
from app.services.intents import Intent, checkout_url
from app.services.orders.look import Whole

__all__ = ["declined", "gateway", "intent", "moment", "order", "refund", "whole_order"]


def intent(made: Intent) -> dict[str, Any]:
    """The answer of create-payment-intent; a plain dict, because this call is the busiest."""
    found = made.order
    return {
        "checkoutUrl": made.checkout_url,
        "orderId": found.id,
        "externalId": found.external_id,
        "amount": found.money.number,
        "currency": found.currency,
        "status": found.status,
        "gateway": found.gateway,
        "expiresAt": clock.iso(found.expires_at),
        "testMode": found.test_mode,
    }


def declined(found: Order, reason: str) -> dict[str, Any]:
    """The other final answer of create-payment-intent."""
    return {
        "error": f"Payment declined: {reason}",
        "code": "declined",
        "requestId": g.request_id,
        "orderId": found.id,
    }


def order(found: Order) -> dict[str, Any]:
    """An order in a list."""
    return schema.OrderAnswer(**_order(found)).body()


def whole_order(found: Whole) -> dict[str, Any]:
    """An order with everything about it."""
    return schema.WholeOrderAnswer(
        **_order(found.order),
        item_description=found.order.item_description,
        metadata=found.order.details,
        checkout_url=checkout_url(found.order),
        refunded_amount=Money(found.refunded_minor, found.order.currency).number,
        payments=[_payment(one) for one in found.payments],
        refunds=[_refund(one) for one in found.refunds],
        escrow=None,
    ).body()


def _order(found: Order) -> dict[str, Any]:
    return {
        "order_id": found.id,
        "external_id": found.external_id,
        "status": found.status,
        "attention": found.attention,
        "amount": found.money.number,
        "currency": found.currency,
        "item_name": found.item_name,
        "gateway": found.gateway,
        "gateway_reason": found.gateway_reason,
        "test_mode": found.test_mode,
        "created_at": clock.iso(found.created_at),
        "expires_at": clock.iso(found.expires_at),
        "paid_at": moment(found.paid_at),
    }


def _payment(one: Payment) -> schema.PaymentAnswer:
    status = PaymentStatus.pending if one.status == PaymentStatus.created else one.status
    return schema.PaymentAnswer(
        payment_id=one.id,
        gateway=one.gateway,
        gateway_payment_id=one.gateway_payment_id or one.gateway_ref,
        method=one.method,
        status=str(status),
        amount=one.money.number,
        currency=one.currency,
        refunded_amount=Money(one.refunded_minor, one.currency).number,
        duplicate=one.is_duplicate,
        failure=one.failure,
        created_at=clock.iso(one.created_at),
        paid_at=moment(one.paid_at) if one.status == PaymentStatus.succeeded else None,
    )


def refund(one: Refund) -> dict[str, Any]:
    """A refund."""
    return _refund(one).body()


def _refund(one: Refund) -> schema.RefundAnswer:
    return schema.RefundAnswer(
        refund_id=one.id,
        order_id=one.order_id,
        payment_id=one.payment_id,
        amount=one.money.number,
        currency=one.currency,
        status=one.status,
        reason=one.reason,
        cause=one.cause,
        claim_url=one.claim_url,
        failure=one.failure,
        created_at=clock.iso(one.created_at),
    )


def gateway(name: str, spec: GatewaySpec, *, is_default: bool, adapter: Any) -> dict[str, Any]:
    """One gateway of the catalogue, as this caller sees it; `adapter` for their account, if one is
    set up."""
    return schema.GatewayAnswer(
        name=name,
        display_name=spec.display_name,
        is_active=spec.is_active,
        supported_methods=[method.name for method in spec.methods],
        is_default=is_default,
        is_configured=adapter is not None,
        currencies=sorted(spec.currencies),
        capabilities={one: _can(adapter, one) for one in adapter.methods} if adapter else None,
    ).body()


def _can(adapter: Any, method: str) -> schema.CapabilityAnswer:
    found = adapter.can(method)
    return schema.CapabilityAnswer(refund=found.refund, cancel=found.cancel)


def moment(found: datetime | None) -> str | None:
    """A moment as the API writes it; null where there is none."""
    return clock.iso(found) if found else None
