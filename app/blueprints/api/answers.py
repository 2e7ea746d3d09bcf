"""What the API says of orders, payments, refunds and gateways. Amounts in major units."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import g

from app.blueprints.api import answers_schema as schema
from app.kit import clock
from app.kit.money import Money
from app.models import (
    Order,
    Payment,
    PaymentStatus,
    Refund,
    Release,
    Reversal,
    Seller,
)
from app.registry import GatewaySpec
from app.services.escrow import Escrow
from app.services.intents import Intent, checkout_url
from app.services.orders.look import Whole

__all__ = [
    "declined",
    "escrow",
    "gateway",
    "intent",
    "link",
    "moment",
    "order",
    "refund",
    "seller",
    "whole_order",
]


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


def whole_order(found: Whole, held: Escrow | None = None) -> dict[str, Any]:
    """An order with everything about it."""
    return schema.WholeOrderAnswer(
        **_order(found.order),
        item_description=found.order.item_description,
        metadata=found.order.details,
        checkout_url=checkout_url(found.order),
        refunded_amount=Money(found.refunded_minor, found.order.currency).number,
        payments=[_payment(one) for one in found.payments],
        refunds=[_refund(one) for one in found.refunds],
        escrow=_escrow(held) if held else None,
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


def escrow(found: Escrow) -> dict[str, Any]:
    """What is held of an order."""
    return _escrow(found).body()


def _escrow(found: Escrow) -> schema.EscrowAnswer:
    hold, amounts, currency = found.hold, found.balances, found.currency
    return schema.EscrowAnswer(
        seller_id=hold.seller_id,
        status=hold.status,
        currency=currency,
        held_amount=Money(amounts.held, currency).number,
        released_amount=Money(amounts.released, currency).number,
        fee_amount=Money(amounts.fee, currency).number,
        seller_amount=Money(amounts.seller, currency).number,
        fee_percent=f"{Decimal(hold.fee_bps) / 100:f}",
        release_at=moment(hold.release_at),
        disputed_at=moment(hold.stopped_at),
        dispute_reason=hold.stopped_why,
        releases=[_release(one) for one in found.releases],
        reversals=[_reversal(one) for one in found.reversals],
    )


def _release(one: Release) -> schema.ReleaseAnswer:
    return schema.ReleaseAnswer(
        release_id=one.id,
        amount=one.money.number,
        fee_amount=Money(one.fee_minor, one.currency).number,
        seller_amount=one.to_seller.number,
        status=one.status,
        cause=one.cause,
        gateway_transfer_id=one.gateway_transfer_id,
        failure=one.failure,
        created_at=clock.iso(one.created_at),
    )


def _reversal(one: Reversal) -> schema.ReversalAnswer:
    return schema.ReversalAnswer(
        reversal_id=one.id,
        release_id=one.release_id,
        refund_id=one.refund_id,
        amount=one.money.number,
        fee_amount=Money(one.fee_minor, one.currency).number,
        seller_amount=one.from_seller.number,
        status=one.status,
        gateway_reversal_id=one.gateway_reversal_id,
        failure=one.failure,
        created_at=clock.iso(one.created_at),
    )


def seller(one: Seller) -> dict[str, Any]:
    """Somebody who is paid."""
    return schema.SellerAnswer(
        seller_id=one.id,
        external_id=one.external_id,
        name=one.name,
        email=one.email,
        country=one.country,
        gateway=one.gateway,
        gateway_seller_id=one.gateway_seller_id,
        test_mode=one.test_mode,
        status=one.status,
        payouts_enabled=one.payouts_enabled,
        requirements=one.requirements,
        created_at=clock.iso(one.created_at),
    ).body()


def link(url: str, expires_at: datetime | None) -> dict[str, Any]:
    """Where a seller says who they are."""
    return schema.LinkAnswer(url=url, expires_at=moment(expires_at)).body()


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
