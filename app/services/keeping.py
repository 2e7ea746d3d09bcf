"""Whoever keeps an order's money after it was paid is told of every move of it.

Most orders' money is nobody's to keep: it lies in the merchant's account, and `Nobody` is told.
Settling and refunding tell the keeper and need not know who that is.
"""

from typing import Protocol

from app.models import Order, Payment, Refund

__all__ = ["Keeper", "Nobody", "appoint", "of"]


class Keeper(Protocol):
    """Told inside the transaction that the news belongs to: parts, the order is locked."""

    def paid(self, order: Order, payment: Payment) -> None:
        """This payment has paid the order."""
        ...

    def refund_reserved(self, order: Order, payment: Payment, refund: Refund) -> None:
        """Money is set aside for a refund, which may be made to wait (`waits_since`). Raises
        Conflict when it cannot be had now."""
        ...

    def refunded(self, order: Order, payment: Payment) -> None:
        """What was refunded of this payment, in all, has changed."""
        ...

    def refund_succeeded(self, order: Order, payment: Payment, refund: Refund) -> None:
        """One that was asked for here has happened; what was refunded in all is told already."""
        ...

    def refund_failed(self, order: Order, payment: Payment) -> None:
        """A refund that was asked for here did not happen: what was set aside for it is not any
        more."""
        ...

    def contested(
        self, order: Order, payment: Payment, taken_minor: int, *, is_contested: bool
    ) -> bool:
        """What the customer's bank has taken back of this payment, in all, and whether it has
        still to decide; told with every answer of a gateway that knows. False where the money of
        this payment is not kept: then nothing was done about it."""
        ...

    def stops_refunds(self, order: Order, payment: Payment) -> bool:
        """Whether no refund of this payment goes out now that was not asked for before."""
        ...

    def ask_again(self, order: Order) -> None:
        """Have the gateway asked now about what is on its way (a step)."""
        ...


class Nobody:
    """Of orders whose money is kept for nobody."""

    def paid(self, order: Order, payment: Payment) -> None:
        pass

    def refund_reserved(self, order: Order, payment: Payment, refund: Refund) -> None:
        pass

    def refunded(self, order: Order, payment: Payment) -> None:
        pass

    def refund_succeeded(self, order: Order, payment: Payment, refund: Refund) -> None:
        pass

    def refund_failed(self, order: Order, payment: Payment) -> None:
        pass

    def contested(
        self, order: Order, payment: Payment, taken_minor: int, *, is_contested: bool
    ) -> bool:
        return False

    def stops_refunds(self, order: Order, payment: Payment) -> bool:
        return False

    def ask_again(self, order: Order) -> None:
        pass


_nobody: Keeper = Nobody()
_appointed: list[Keeper] = []


def appoint(keeper: Keeper) -> None:
    """Say who keeps the money of orders that have a seller; create_app does, once."""
    _appointed[:] = [keeper]


def of(order: Order) -> Keeper:
    """Who keeps this order's money; the row itself says whether somebody does."""
    return _appointed[0] if order.seller_id else _nobody
