"""What may be paid out to a seller now, and what stands in the way. A flow: their company is
asked what they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit.errors import AppError
from app.kit.money import Money
from app.models import Payout, Seller
from app.registry import gateway
from app.services.payouts.look import balance
from app.services.sellers.look import get

__all__ = ["Obstacle", "Offer", "can_be_paid_out", "offer"]

Obstacle = Literal["payouts_disabled", "payout_under_way", "no_answer", "nothing_there"]


@dataclass(frozen=True)
class Offer:
    """A seller, and what they have at the gateway."""

    seller: Seller
    balances: Sequence[base.Balance] = ()
    obstacle: Obstacle | None = None

    @property
    def left(self) -> Sequence[Money]:
        """What can leave for the bank now, by currency; what is still to come is not in it."""
        there = [one for one in self.balances if one.available_minor > 0]
        return [Money(one.available_minor, one.currency) for one in there]

    def left_in(self, currency: str) -> Money:
        """The part of `left` in one currency."""
        return next((one for one in self.left if one.currency == currency), Money(0, currency))

    def step(self, currency: str) -> int:
        """The gateway's smallest step of a currency, in minor units."""
        return gateway(self.seller.gateway).step_of(currency)


def can_be_paid_out(seller: Seller) -> bool:
    """Whether the gateway said that it pays them out."""
    return seller.payouts_enabled and seller.gateway_seller_id is not None


def offer(seller_id: str) -> Offer:
    """What may be paid out to a seller (a flow). Raises NotFound; a gateway that does not answer
    is an obstacle."""
    seller = get(seller_id)
    if not can_be_paid_out(seller):
        return Offer(seller, obstacle="payouts_disabled")
    if _is_under_way(seller_id):
        return Offer(seller, obstacle="payout_under_way")
    try:
        found = Offer(seller, balance(seller))
    except AppError:
        return Offer(seller, obstacle="no_answer")
    return found if found.left else Offer(seller, found.balances, "nothing_there")


def _is_under_way(seller_id: str) -> bool:
    going = select(Payout.id).where(
        Payout.seller_id == seller_id, Payout.status.in_(Payout.UNDECIDED)
    )
    with reading() as session:
        return session.scalars(going.limit(1)).first() is not None
