"""What goes back to a customer: where a refund's money would come from, and what of it came back
from the seller when not all of it did. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal

from app.kit.money import Money
from app.models import MoveStatus, Payment, Reversal
from app.services.escrow.fees import part_of_fee
from app.services.escrow.offering import Offer

__all__ = ["InPart", "Obstacle", "Sources", "came_in_part", "sources_of"]

Obstacle = Literal["chargeback_open", "escrow_busy", "too_large"]


@dataclass(frozen=True)
class Sources:
    """A refund's amount by where it would come from: what is held, what the seller has, and the fee
    that was kept of the same. `obstacle` is why it would be refused."""

    held: Money
    from_seller: Money
    fee: Money
    obstacle: Obstacle | None

    @property
    def fetched_back(self) -> Money:
        """What was released and is held again before the customer gets it, the fee with it."""
        return Money(self.from_seller.minor + self.fee.minor, self.fee.currency)


@dataclass(frozen=True)
class InPart:
    """What a refund needed back from the seller, and what of it came, each with the fee in it."""

    needed: Money
    came: Money


def sources_of(offer: Offer, payment: Payment, amount: Money) -> Sources | None:
    """Where this amount would come from, were it refunded now; None for a payment whose money is
    not held, such as a second one. What is held goes first (`EscrowKeeper.refund_reserved`), and
    the fee comes back as if the rest had never been released (`reversing`)."""
    if offer.hold.payment_id != payment.id:
        return None
    short, freed = max(0, amount.minor - offer.left.minor), offer.escrow.balances.released
    back = min(short, freed)
    fee = part_of_fee(freed, freed - back, offer.hold.fee_bps, offer.step)
    held, seller, kept = (
        Money(minor, amount.currency) for minor in (amount.minor - short, back - fee, fee)
    )
    return Sources(held, seller, kept, _obstacle(offer, short, freed))


def _obstacle(offer: Offer, short: int, freed: int) -> Obstacle | None:
    if offer.hold.is_charged_back:
        return "chargeback_open"
    if short and (offer.releasing or offer.fetching_back.minor):
        return "escrow_busy"
    return "too_large" if short > freed else None


def came_in_part(reversals: Iterable[Reversal]) -> list[InPart]:
    """Of each refund that failed because not all came back: what it needed, and what came. Those
    of which nothing came are none, and neither are those that still wait."""
    by_refund = groupby(sorted(reversals, key=attrgetter("refund_id")), attrgetter("refund_id"))
    groups = [list(group) for _, group in by_refund]
    return [
        InPart(_sum(group), _sum(one for one in group if one.status == MoveStatus.succeeded))
        for group in groups
        if {one.status for one in group} == {MoveStatus.succeeded, MoveStatus.failed}
    ]


def _sum(reversals: Iterable[Reversal]) -> Money:
    amounts = [one.money for one in reversals]
    return Money(sum(one.minor for one in amounts), amounts[0].currency)
