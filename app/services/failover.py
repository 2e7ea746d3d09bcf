"""Another gateway takes over when an order's own does not do: the next one the provider allows.

Never the sandbox, never another mode (test, live), and never while the customer holds a way to pay
at the first one: what may be paid there is made certain to be dead before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, settings, transaction
from app.kit.errors import Conflict, Refused
from app.models import Order, Organization, Payment, PaymentStatus, Provider
from app.registry import Method, gateway, gateways, spec
from app.services import payments, records, routing
from app.services.orders import attention, money_in
from app.services.routing import Asker, Choice

__all__ = ["Offer", "is_in_trouble", "offers", "switch", "take_over"]


_WENT_WRONG = {PaymentStatus.failed, PaymentStatus.unknown}


@dataclass(frozen=True)
class Offer:
    """A gateway that may take an order over, and what it offers for it."""

    choice: Choice
    methods: tuple[Method, ...]

    @property
    def gateway(self) -> str:
        return self.choice.gateway

    @property
    def company(self) -> str:
        return spec(self.gateway).title


def is_in_trouble(tried: Sequence[Payment]) -> bool:
    """True once something went wrong on an order: declined, refused, or no answer."""
    return any(one.failure or one.status in _WENT_WRONG for one in tried)


def offers(order: Order) -> list[Offer]:
    """The gateways that may take over now, in the order the provider wants (no network call)."""
    asker, names = _allowed(order)
    return [offer for name in names if (offer := _offer(order, asker, name))]


def _allowed(order: Order) -> tuple[Asker, list[str]]:
    with reading() as session:
        row = session.execute(
            select(Provider, Organization)
            .join(Organization, Organization.id == Provider.org_id)
            .where(Provider.id == order.provider_id)
        ).one()
    provider = row.Provider
    own = provider.payment_gateway or settings().default_gateway
    names = dict.fromkeys([own, *provider.fallback_gateways])
    asker = Asker(
        provider.org_id,
        provider.id,
        own,
        provider.use_own_credentials,
        row.Organization.uses_platform_credentials,
    )
    stays = order.stays_put or gateway(order.gateway).is_builtin
    others = [name for name in names if name != order.gateway and name in gateways()]
    return asker, [] if stays else [one for one in others if not gateway(one).is_builtin]


def _offer(order: Order, asker: Asker, name: str) -> Offer | None:
    found = gateway(name)
    if not found.takes(order.amount_minor, order.currency):
        return None
    try:
        choice = routing.choose(asker, name)
    except Refused:
        return None
    adapter = routing.connect(name, choice.credentials)
    named = {one.name: one for one in found.methods_for(order.currency)}
    methods = tuple(named[one] for one in adapter.methods if one in named)
    return Offer(choice, methods) if methods and adapter.test_mode == order.test_mode else None


def switch(order_id: str, offer: Offer, why: str, seen: Payment | None) -> None:
    """Let a gateway take an order over (a step). `seen` is the payment that was live when the
    caller looked, and made sure that nobody can pay it. Raises Conflict when another was started
    meanwhile, or the order has moved on."""
    with transaction():
        _take(order_id, offer, why, seen)


def _take(order_id: str, offer: Offer, why: str, seen: Payment | None) -> Order:
    order: Order = db.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update()
    ).one()
    if not order.is_payable:
        raise Conflict("This order has moved on; look again", "payment_moved_on")
    live = db.session.scalars(
        select(Payment).where(Payment.order_id == order.id, Payment.is_live).with_for_update()
    ).one_or_none()
    if live and not (seen and live.id == seen.id and live.action == seen.action):
        raise Conflict("Another payment was started meanwhile", "payment_under_way")
    left = order.gateway
    money_in.supersede(order)
    attention.clear(order)
    _name(order, offer, f"after {left}: {why}")
    records.timeline(order, "order.gateway_changed", before=left, after=offer.gateway, why=why)
    return order


def _take_and_ask(order_id: str, offer: Offer, why: str, seen: Payment) -> Payment | None:
    """As `switch`, with the payment to ask the gateway for, where it is asked before the customer
    chooses."""
    with transaction():
        order = _take(order_id, offer, why, seen)
        if offer.choice.spec.creates_at == "pay":
            return None
        return payments.new(
            order,
            offer.choice.scope,
            gateway=offer.gateway,
            method=None,
            test_mode=order.test_mode,
            wanted=[one.name for one in offer.methods],
        )


def _name(order: Order, offer: Offer, why: str) -> None:
    order.gateway = offer.gateway
    order.gateway_reason = f"{why}, credentials of the {offer.choice.scope.kind}"[:80]
    order.scope_kind, order.scope_owner = offer.choice.scope.kind, offer.choice.scope.owner


def take_over(order: Order, payment: Payment, error: base.GatewayError) -> bool:
    """After a gateway did not do at the API: the next one that does (a flow).

    Nobody has seen a way to pay yet, so what the first one may have made can only be cancelled.
    False when none is left; then the order stays with the last that was asked.
    """
    tried, why = {order.gateway}, type(error).__name__.lower()
    while offer := next((one for one in offers(order) if one.gateway not in tried), None):
        tried.add(offer.gateway)
        made = _take_and_ask(order.id, offer, why, payment)
        _name(order, offer, why)
        if made is None or _asked(order, made):
            return True
        payment = made
    return False


def _asked(order: Order, payment: Payment) -> bool:
    try:
        adapter: Any = routing.connect_payment(payment)
        created = adapter.create_payment(payments.request_for(order, payment))
        return payments.record(payment.id, created)
    except (base.Declined, base.MethodUnavailable) as error:
        payments.record_error(payment.id, base.Busy(error.reason))  # this one, not the order
        return False
    except base.GatewayError as error:
        payments.record_error(payment.id, error, keep=True)
        return False
