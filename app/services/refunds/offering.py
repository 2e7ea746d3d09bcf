"""What may be given back of an order, and how, before somebody asks for it. Reads only."""

from dataclasses import dataclass
from typing import Literal, get_args

from app.adapters.gateways import base
from app.kit.errors import NotFound
from app.kit.money import Money
from app.models import Order, Payment
from app.services import routing
from app.services.orders import look

__all__ = ["Offer", "Way", "offer"]

Way = Literal["partial", "full", "claim", "none", "no keys"]


@dataclass(frozen=True)
class Offer:
    """An order and the payment that money would come out of; None when nothing was paid."""

    order: Order
    payment: Payment | None
    way: Way

    @property
    def left(self) -> Money:
        return self._money(self.payment.refundable_minor if self.payment else 0)

    @property
    def refunded(self) -> Money:
        return self._money(self.payment.refunded_minor if self.payment else 0)

    @property
    def under_way(self) -> Money:
        return self._money(self.payment.reserved_minor if self.payment else 0)

    @property
    def is_open(self) -> bool:
        """Whether a refund may be asked for here and now."""
        if self.payment is None or self.way in {"none", "no keys"} or self.left.minor <= 0:
            return False
        return self.way != "full" or self.left.minor == self.payment.amount_minor

    def _money(self, minor: int) -> Money:
        return Money(minor, self.order.currency)


def offer(order_id: str, payment_id: str | None = None, *, way: str | None = None) -> Offer:
    """What may be given back of the payment that paid an order, or of another one of its payments.
    `way` is what an earlier offer said of it, and spares opening the keys to ask once more: for
    saying what would follow, never for doing it. Raises NotFound."""
    found = look.get(order_id)
    wanted = payment_id or found.order.settled_by
    payment = next((one for one in found.payments if one.id == wanted), None)
    if payment_id and payment is None:
        raise NotFound("No such payment")
    if payment is None:
        return Offer(found.order, None, "none")
    known: Way | None = next((one for one in get_args(Way) if one == way), None)
    return Offer(found.order, payment, known or _way(payment))


def _way(payment: Payment) -> Way:
    """What the gateway takes back by this method, with the keys as they are."""
    try:
        adapter = routing.connect_payment(payment)
    except base.Misconfigured:
        return "no keys"
    way: Way = adapter.can(payment.method or "").refund
    return way
