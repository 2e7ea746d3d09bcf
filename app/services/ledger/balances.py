"""Where money is, added up from the lines whenever somebody asks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import Account, Journal, Line

__all__ = ["Balances", "balances", "balances_of"]


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
    found: dict[str, Counter[str]] = {}
    for order_id, debit, credit, amount in db.session.execute(_sums(order_ids)):
        counts = found.setdefault(order_id, Counter())
        counts[debit] -= int(amount)  # PostgreSQL adds whole numbers up to a decimal one
        counts[credit] += int(amount)
    return {
        order_id: Balances(**{one.value: counts[one] for one in Account})
        for order_id, counts in found.items()
    }


def _sums(order_ids: Sequence[str]) -> Any:
    return (
        select(Journal.order_id, Line.debit, Line.credit, func.sum(Line.amount_minor))
        .join(Line, Line.journal_id == Journal.id)
        .where(Journal.order_id.in_(order_ids))
        .group_by(Journal.order_id, Line.debit, Line.credit)
    )
