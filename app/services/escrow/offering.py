"""What may be released of an order now, what it costs, and what stands in the way. Reads only."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.kit.money import Money
from app.models import (
    Hold,
    HoldStatus,
    Order,
    Payment,
    Release,
    Seller,
    SellerStatus,
)
from app.registry import gateway
from app.services.escrow import look
from app.services.escrow.fees import part_of_fee
from app.services.escrow.look import Escrow

__all__ = ["Obstacle", "Offer", "offer"]

Obstacle = Literal["not_held", "chargeback_open", "escrow_busy", "seller_not_ready", "nothing_left"]


@dataclass(frozen=True)
class Offer:
    """An order with escrow, and whom its money is for; no payment until one paid it."""

    order: Order
    payment: Payment | None
    seller: Seller
    escrow: Escrow

    @property
    def hold(self) -> Hold:
        return self.escrow.hold

    @property
    def releasing(self) -> Release | None:
        """The release that is not decided yet."""
        going = (one for one in self.escrow.releases if one.is_undecided)
        return next(going, None)

    @property
    def fetching_back(self) -> Money:
        """What is on its way back from the seller, the fee with it."""
        going = [one for one in self.escrow.reversals if one.is_undecided]
        return self._money(sum(one.amount_minor for one in going))

    @property
    def held(self) -> Money:
        return self._money(self.escrow.balances.held)

    @property
    def left(self) -> Money:
        """Held and set aside for nothing: neither for a release under way nor for refunds."""
        aside = self.releasing.amount_minor if self.releasing else 0
        aside += self.payment.reserved_minor if self.payment else 0
        return self._money(max(0, self.escrow.balances.held - aside))

    @property
    def step(self) -> int:
        """The gateway's smallest step of this currency, in minor units."""
        return gateway((self.payment or self.order).gateway).step_of(self.order.currency)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why nothing can be released now, what weighs most first; None when something can."""
        if self.hold.status not in {HoldStatus.held, HoldStatus.disputed}:
            return "not_held"
        if self.hold.is_charged_back:
            return "chargeback_open"
        if self.releasing or self.fetching_back.minor:
            return "escrow_busy"
        if self.seller.status != SellerStatus.ready:
            return "seller_not_ready"
        return "nothing_left" if self.left.minor == 0 else None

    def fee_of(self, amount: Money) -> Money:
        """What stays with the merchant when this much is released next."""
        before = self.escrow.balances.released
        fee = part_of_fee(before, before + amount.minor, self.hold.fee_bps, self.step)
        return self._money(fee)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.order.currency)


def offer(order_id: str) -> Offer:
    """What may be released of an order. Raises NotFound for one that has no escrow."""
    found = look.of_order(order_id)
    with reading() as session:
        row = session.execute(
            select(Order, Seller)
            .join(Seller, (Seller.org_id == Order.org_id) & (Seller.id == Order.seller_id))
            .where(Order.id == order_id)
        ).one_or_none()
        if row is None:
            raise NotFound("No such escrow")
        paid_by = select(Payment).where(Payment.id == found.hold.payment_id)
        payment = session.scalars(paid_by).one_or_none()
    return Offer(row.Order, payment, row.Seller, found)
