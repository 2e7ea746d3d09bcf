"""What the API says of orders, payments, refunds and deliveries. Amounts in major units."""

from typing import Any

from app.kit import clock
from app.kit.money import Money
from app.models import Delivery, Order, Payment, PaymentStatus, Refund
from app.services.intents import Intent, checkout_url
from app.services.orders.look import Whole

__all__ = ["delivery", "intent", "order", "refund", "whole_order"]


def intent(made: Intent) -> dict[str, Any]:
    """The answer of create-payment-intent."""
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


def order(found: Order) -> dict[str, Any]:
    """An order in a list."""
    return {
        "orderId": found.id,
        "externalId": found.external_id,
        "status": found.status,
        "attention": found.attention,
        "amount": found.money.number,
        "currency": found.currency,
        "itemName": found.item_name,
        "gateway": found.gateway,
        "testMode": found.test_mode,
        "createdAt": clock.iso(found.created_at),
        "expiresAt": clock.iso(found.expires_at),
        "paidAt": clock.iso(found.paid_at) if found.paid_at else None,
    }


def whole_order(found: Whole) -> dict[str, Any]:
    """An order with everything about it."""
    return {
        **order(found.order),
        "itemDescription": found.order.item_description,
        "metadata": found.order.details,
        "checkoutUrl": checkout_url(found.order),
        "refundedAmount": Money(found.refunded_minor, found.order.currency).number,
        "payments": [_payment(one) for one in found.payments],
        "refunds": [refund(one) for one in found.refunds],
        "escrow": None,
    }


def _payment(one: Payment) -> dict[str, Any]:
    status = PaymentStatus.pending if one.status == PaymentStatus.created else one.status
    return {
        "paymentId": one.id,
        "gateway": one.gateway,
        "gatewayPaymentId": one.gateway_payment_id or one.gateway_ref,
        "method": one.method,
        "status": status,
        "amount": one.money.number,
        "currency": one.currency,
        "refundedAmount": Money(one.refunded_minor, one.currency).number,
        "duplicate": one.is_duplicate,
        "failure": one.failure,
        "createdAt": clock.iso(one.created_at),
        "paidAt": clock.iso(one.paid_at) if one.paid_at else None,
    }


def refund(one: Refund) -> dict[str, Any]:
    """A refund."""
    return {
        "refundId": one.id,
        "orderId": one.order_id,
        "paymentId": one.payment_id,
        "amount": one.money.number,
        "currency": one.currency,
        "status": one.status,
        "reason": one.reason,
        "cause": one.cause,
        "failure": one.failure,
        "createdAt": clock.iso(one.created_at),
    }


def delivery(one: Delivery, event_type: str) -> dict[str, Any]:
    """One event on its way to one endpoint."""
    return {
        "deliveryId": one.id,
        "eventId": one.event_id,
        "event": event_type,
        "orderId": one.order_id,
        "endpointId": one.endpoint_id,
        "status": one.status,
        "attempts": one.attempts,
        "lastStatusCode": one.last_status_code,
        "lastError": one.last_error,
        "nextAttemptAt": clock.iso(one.next_attempt_at) if one.next_attempt_at else None,
        "deliveredAt": clock.iso(one.delivered_at) if one.delivered_at else None,
        "createdAt": clock.iso(one.created_at),
    }
