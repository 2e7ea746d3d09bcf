"""create-payment-intent: an order, a payment at the gateway where it is made at once, a link."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, settings, transaction
from app.kit import clock
from app.kit.errors import Refused
from app.kit.money import Money
from app.kit.strictjson import dump
from app.kit.tokens import new_id, new_token
from app.models import DoorKind, Order, OrderStatus, Payment, PaymentStatus
from app.services import (
    doors,
    escrow,
    failover,
    idempotency,
    item_images,
    orders,
    payments,
    records,
    routing,
)
from app.services.api_keys import Caller
from app.services.escrow import Terms
from app.services.idempotency import Claim, Key
from app.services.orders import attention

__all__ = ["Intent", "Wanted", "create"]

# Nobody means to have such a payment any more, so a repeated request does not ask for it again.
ENDED = {PaymentStatus.cancelled, PaymentStatus.expired, PaymentStatus.superseded}


@dataclass(frozen=True)
class Wanted:
    """What a provider asks to be paid."""

    money: Money
    gateway: str | None = None
    item_name: str | None = None
    item_description: str | None = None
    item_image_url: str | None = None
    external_id: str | None = None
    customer_email: str | None = None
    locale: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_in: int = 86_400  # seconds
    escrow: Terms | None = None
    order_id: str | None = None  # where it was decided before


@dataclass(frozen=True)
class Intent:
    """What the provider gets: an order and the page to send the customer to."""

    order: Order
    checkout_url: str


@dataclass(frozen=True)
class _Opened:
    order: Order
    payment: Payment | None
    held: Claim | None
    is_resumed: bool = False


def create(
    caller: Caller,
    wanted: Wanted,
    key: Key | None,
    render: Callable[[Intent], dict[str, Any]],
    render_declined: Callable[[Order, str], dict[str, Any]],
) -> tuple[int, bytes]:
    """Make an order, ask its gateway, answer with a checkout link (a flow).

    Gives the status and body of the final answer, 200 or 402, which an idempotency key replays.
    Raises Refused when nothing can be made, AppError 502 when the gateway does not answer; then
    the key stays with the order and the same request goes on with it.
    """
    choice = routing.choose(caller, wanted.gateway)
    adapter = routing.connect(choice.gateway, choice.credentials)
    opened = _open(caller, wanted, key, choice, adapter)
    order, payment = opened.order, opened.payment
    body = dump(render(Intent(order, checkout_url(order))))
    if payment is None or payment.gateway_ref or payment.status in ENDED:
        idempotency.complete(opened.held, 200, body)
        return 200, body

    def answer() -> None:
        if opened.held:
            idempotency.complete_part(opened.held, 200, body)

    try:
        if opened.is_resumed:
            # Whatever would be chosen now: money goes where the first try would have sent it.
            adapter = routing.connect_payment(payment)
        created = adapter.create_payment(payments.request_for(order, payment))
        payments.record(payment.id, created, answer)
    except base.Declined as error:
        return _declined(opened, payment, error, render_declined)
    except base.MethodUnavailable as error:
        _abandon(opened, payment, error.reason)
        raise Refused("Cash App payments not available", "method_unavailable") from error
    except base.GatewayError as error:
        payments.record_error(payment.id, error, keep=True)
        if not failover.take_over(order, payment, error):
            idempotency.release(opened.held)
            raise payments.no_answer(error, order.id) from error
        body = dump(render(Intent(order, checkout_url(order))))
        idempotency.complete(opened.held, 200, body)
    return 200, body


def checkout_url(order: Order) -> str:
    """Where the customer pays."""
    return f"{settings().public_base_url}/checkout/o/{order.token}"


def _open(
    caller: Caller, wanted: Wanted, key: Key | None, choice: routing.Choice, adapter: base.Gateway
) -> _Opened:
    """Write everything down before the gateway hears of it; or find what an earlier, same
    request wrote (a step)."""
    with transaction():
        held = idempotency.claim(key) if key else None
        if held and held.subject_id:
            return _resume(held.subject_id, held)
        expires = clock.now() + timedelta(seconds=wanted.expires_in)
        order = Order(
            id=wanted.order_id or new_id(Order.ID_PREFIX),
            provider_id=caller.provider_id,
            token=new_token(),
            external_id=wanted.external_id,
            item_name=wanted.item_name or caller.name,
            item_description=wanted.item_description,
            amount_minor=wanted.money.minor,
            currency=wanted.money.currency,
            gateway=choice.gateway,
            gateway_reason=choice.reason,
            scope_kind=choice.scope.kind,
            scope_owner=choice.scope.owner,
            test_mode=adapter.test_mode,
            status=OrderStatus.pending,
            sequence=0,
            customer_email=wanted.customer_email,
            locale=wanted.locale,
            details=dict(wanted.metadata),
            expires_at=expires,
            next_check_at=expires,
            created_at=clock.now(),
        )
        db.session.add(order)
        doors.cut(DoorKind.checkout, order.token, order.id)
        if wanted.item_image_url:
            item_images.ask(order, wanted.item_image_url)
        payment = None
        if choice.spec.creates_at == "api":
            payment = payments.new(
                order,
                choice.scope,
                gateway=choice.gateway,
                method=None,
                test_mode=adapter.test_mode,
                wanted=adapter.methods,
            )
        if wanted.escrow:
            escrow.promise(order, wanted.escrow, adapter)
        if held:
            idempotency.bind(held, order.id)
        return _Opened(order, payment, held)


def _resume(order_id: str, held: Claim) -> _Opened:
    order = db.session.scalars(select(Order).where(Order.id == order_id)).one()
    payment = db.session.scalars(
        select(Payment)
        .where(Payment.order_id == order_id)
        .order_by(Payment.is_live.desc(), Payment.id)
        .limit(1)
    ).first()
    return _Opened(order, payment, held, is_resumed=True)


def _declined(
    opened: _Opened,
    payment: Payment,
    error: base.Declined,
    render: Callable[[Order, str], dict[str, Any]],
) -> tuple[int, bytes]:
    payments.record_error(payment.id, error)
    body = dump(render(opened.order, error.reason))
    idempotency.complete(opened.held, 402, body)
    return 402, body


def _abandon(opened: _Opened, made: Payment, reason: str) -> None:
    """The caller is told that this order cannot be paid; it ends without an event, and the same
    request starts anew (a step)."""
    with transaction():
        order, payment = orders.lock(made.id)
        if opened.held:
            idempotency.forget_part(opened.held)
        payment.status, payment.is_live = PaymentStatus.cancelled, False
        payment.failure, payment.next_check_at = reason, None
        order.move_to(OrderStatus.cancelled)
        order.next_check_at = None
        attention.clear(order)
        records.timeline(order, "order.abandoned", payment=payment, reason=reason)
