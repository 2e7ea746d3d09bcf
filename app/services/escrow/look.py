"""Looking at what is held of an order, and what became of it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import Hold, Order, Release, Reversal
from app.services import ledger
from app.services.ledger import Balances

__all__ = ["Escrow", "of_order"]


@dataclass(frozen=True)
class Escrow:
    """A hold, where its money is, and every move of it, oldest first."""

    hold: Hold
    balances: Balances
    releases: Sequence[Release]
    reversals: Sequence[Reversal]
    currency: str


def of_order(order_id: str) -> Escrow:
    """The escrow of an order. Raises NotFound for one that has none."""
    with reading() as session:
        hold = session.scalars(select(Hold).where(Hold.order_id == order_id)).one_or_none()
        if hold is None:
            raise NotFound("No such escrow")
        releases = session.scalars(
            select(Release).where(Release.hold_id == hold.id).order_by(Release.id)
        ).all()
        reversals = session.scalars(
            select(Reversal).where(Reversal.hold_id == hold.id).order_by(Reversal.id)
        ).all()
        currency = session.scalars(select(Order.currency).where(Order.id == order_id)).one()
        return Escrow(hold, ledger.balances(order_id), releases, reversals, currency)
