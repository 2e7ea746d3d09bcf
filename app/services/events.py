"""What a provider is told: born in the same commit as the change it tells of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Refused
from app.kit.strictjson import dump
from app.models import (
    Delivery,
    DeliveryStatus,
    Event,
    EventType,
    Order,
    Payment,
    Payout,
    Provider,
    Seller,
)
from app.models import WebhookEndpoint as Endpoint
from app.services import tasks

__all__ = [
    "DEFAULT_EVENTS",
    "append",
    "append_of_payout",
    "check",
    "deliver_to",
    "payload",
    "ping_payload",
]

DEFAULT_EVENTS = (EventType.payment_succeeded, EventType.payment_failed)


def check(wanted: Sequence[str]) -> list[str]:
    """The events somebody wants to be told of. Raises Refused for none, or one there is not."""
    if not wanted or set(wanted) - set(EventType):
        raise Refused(f"Events are: {', '.join(EventType)}", field="events")
    return list(wanted)


def append(order: Order, type_: EventType, payment: Payment | None, **more: Any) -> Event:
    """Record an event about a locked order and a delivery to each endpoint that wants it (a part).

    `more` is what only this kind of event tells, by the names in its body.
    """
    provider = db.session.get_one(Provider, order.provider_id)
    order.sequence += 1
    event = Event(
        order_id=order.id,
        provider_id=order.provider_id,
        type=type_,
        sequence=order.sequence,
        payload="",
    )
    event.payload = dump({**payload(event, order, provider, payment), **more}).decode()
    _send(event)
    return event


def append_of_payout(seller: Seller, payout: Payout, type_: EventType) -> Event:
    """As `append`, of a payout of a locked seller, which is of many orders or of none (a part)."""
    provider = db.session.get_one(Provider, seller.provider_id)
    event = Event(provider_id=provider.id, type=type_, payload="")
    told = {
        "amount": payout.money.number,
        "currency": payout.currency,
        "status": payout.status,
        "paymentGateway": seller.gateway,
        "testMode": seller.test_mode,
        "sellerId": seller.id,
        "payoutId": payout.id,
        "gatewayPayoutId": payout.gateway_payout_id,
        "failure": payout.failure,
        "arrivesAt": clock.iso(payout.arrives_at) if payout.arrives_at else None,
    }
    event.payload = dump({**ping_payload(event, provider), **told}).decode()
    _send(event)
    return event


def _send(event: Event) -> None:
    db.session.add(event)
    endpoints = db.session.scalars(
        select(Endpoint).where(Endpoint.provider_id == event.provider_id)
    ).all()
    for endpoint in endpoints:
        if event.type in endpoint.events:
            deliver_to(endpoint, event)


def deliver_to(endpoint: Endpoint, event: Event) -> Delivery:
    """Queue one event for one endpoint (a part); a disabled endpoint's waits, paused."""
    delivery = Delivery(event_id=event.id, endpoint_id=endpoint.id, order_id=event.order_id)
    if endpoint.disabled_at:
        delivery.status = DeliveryStatus.paused
    else:
        delivery.next_attempt_at = clock.now()
        tasks.add("deliveries.send", {"delivery": delivery.id}, lane=endpoint.id)
    db.session.add(delivery)
    return delivery


def payload(
    event: Event,
    order: Order,
    provider: Provider,
    payment: Payment | None,
) -> dict[str, Any]:
    """The body of contract §2: the first twelve names are the integrators' own."""
    gateway_payment_id = payment.gateway_payment_id or payment.gateway_ref if payment else None
    gateway = payment.gateway if payment else order.gateway
    intent = payment.gateway_payment_id if payment and gateway == "stripe" else None
    return {
        "event": event.type,
        "orderId": order.id,
        "externalId": order.external_id,
        "providerId": provider.id,
        "providerName": provider.name,
        "itemName": order.item_name,
        "amount": order.money.number,
        "status": order.status,
        "stripePaymentIntentId": intent,
        "gatewayPaymentId": gateway_payment_id,
        "paymentGateway": gateway,
        "timestamp": clock.iso(clock.now()),
        "eventId": event.id,
        "currency": order.currency,
        "sequence": event.sequence,
        "testMode": order.test_mode,
    }


def ping_payload(event: Event, provider: Provider) -> dict[str, Any]:
    """The body of a test event: the same names, but there is no order to tell of."""
    of_an_order = (
        "orderId",
        "externalId",
        "itemName",
        "amount",
        "status",
        "stripePaymentIntentId",
        "gatewayPaymentId",
        "paymentGateway",
        "currency",
        "sequence",
    )
    return {
        "event": event.type,
        "providerId": provider.id,
        "providerName": provider.name,
        **dict.fromkeys(of_an_order),
        "timestamp": clock.iso(clock.now()),
        "eventId": event.id,
    }
