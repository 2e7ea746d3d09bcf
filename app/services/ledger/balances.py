"""Where money is, added up from the lines whenever somebody asks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select

from app.extensions import db
from app.models import Account, Hold, Journal, JournalKind, Line

__all__ = ["Balances", "at_the_gateway", "balances", "balances_of", "of_seller"]


@dataclass(frozen=True)
class Balances:
    """What an order's accounts hold, in minor units of its currency."""

    customer: int = 0
    held: int = 0
    seller: int = 0
    fee: int = 0
    refunded: int = 0
    gateway: int = 0

    @property
    def released(self) -> int:
        """What was freed and not fetched back, the fee with it."""
        return self.seller + self.fee

    @property
    def total(self) -> int:
        """Nothing, ever: what one account has, another one gave."""
        return self.customer + self.held + self.seller + self.fee + self.refunded + self.gateway


def balances(order_id: str) -> Balances:
    """Of one order; reads inside the caller's reading() or step."""
    return balances_of([order_id]).get(order_id, Balances())


def balances_of(order_ids: Sequence[str]) -> dict[str, Balances]:
    """Of several orders (one statement), those that have any; reads as `balances`."""
    return _added_up(_sums(Journal.order_id).where(Journal.order_id.in_(order_ids)))


def of_seller(seller_id: str) -> dict[str, Balances]:
    """Of all orders for one seller, by currency (one statement); reads as `balances`."""
    orders = select(Hold.order_id).where(Hold.seller_id == seller_id)
    found = _added_up(_sums(Journal.currency).where(Journal.order_id.in_(orders)))
    return dict(sorted(found.items()))


def _added_up(sums: Any) -> dict[str, Balances]:
    found: dict[str, Counter[str]] = {}
    for whose, debit, credit, amount in db.session.execute(sums):
        counts = found.setdefault(whose, Counter())
        counts[debit] -= int(amount)  # PostgreSQL adds whole numbers up to a decimal one
        counts[credit] += int(amount)
    return {
        whose: Balances(**{one.value: counts[one] for one in Account})
        for whose, counts in found.items()
    }


def at_the_gateway(order_id: str, *kinds: JournalKind) -> int:
    """What journals of these kinds have put into the gateway's account, less what they took out of
    it; minor units, read as `balances`."""
    signed = case((Line.credit == Account.gateway, Line.amount_minor), else_=-Line.amount_minor)
    query = (
        select(func.coalesce(func.sum(signed), 0))
        .join(Journal, Line.journal_id == Journal.id)
        .where(
            Journal.order_id == order_id,
            Journal.kind.in_(kinds),
            or_(Line.credit == Account.gateway, Line.debit == Account.gateway),
        )
    )
    return int(db.session.scalars(query).one())


def _sums(whose: Any) -> Any:
    return (
        select(whose, Line.debit, Line.credit, func.sum(Line.amount_minor))
        .join(Line, Line.journal_id == Journal.id)
        .group_by(whose, Line.debit, Line.credit)
    )
