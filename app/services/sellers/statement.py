"""A seller's statement: every line of the ledger about their orders, between two balances. Reads.

All lines of such an order go into or out of what is held, so none is left out; what they do to what
is held, released and kept as a fee adds up from the opening balance to the closing one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from app.extensions import reading
from app.models import Account, Hold, Journal, Line, Order

__all__ = ["Entry", "Period", "Statement", "Sums", "currencies", "statement"]

LINES = 200  # of one page


@dataclass(frozen=True)
class Sums:
    """What is held for a seller, was released to them, and kept as a fee: minor units."""

    held: int = 0
    released: int = 0
    fee: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.held + other.held, self.released + other.released, self.fee + other.fee)


@dataclass(frozen=True)
class Period:
    """From one moment on until before another; None has no bound."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the ledger, and what it changes."""

    id: int
    at: datetime
    kind: str
    order_id: str
    item: str
    change: Sums


@dataclass(frozen=True)
class Statement:
    """A page of a statement. It begins with what came before it, and ends with what there is after
    it: at its first and last page these are the balances of the period."""

    opening: Sums
    entries: Sequence[Entry]
    next_cursor: int | None  # the line that the next page goes on after

    @property
    def moved(self) -> Sums:
        return sum((one.change for one in self.entries), Sums())

    @property
    def closing(self) -> Sums:
        return self.opening + self.moved


def currencies(seller_id: str) -> Sequence[str]:
    """Those in which something was ever held for a seller, by name."""
    query = select(Journal.currency).where(_of(seller_id)).distinct().order_by(Journal.currency)
    with reading() as session:
        found: Sequence[str] = session.scalars(query).all()
    return found


def statement(
    seller_id: str, currency: str, period: Period, *, after: int = 0, limit: int = LINES
) -> Statement:
    """The next `limit` lines of a period after a line, in the order in which they were written."""
    ours = and_(_of(seller_id), Journal.currency == currency)
    within = and_(ours, *_bounds(period))
    earlier = Journal.at < period.since if period.since else false()
    before = and_(ours, or_(earlier, and_(Line.id <= after, *_bounds(period))))
    with reading() as session:
        sums = session.execute(_added_up(before)).all()
        rows = session.execute(
            select(Line, Journal, Order.item_name)
            .join(Journal, and_(Journal.org_id == Line.org_id, Journal.id == Line.journal_id))
            .join(Order, and_(Order.org_id == Journal.org_id, Order.id == Journal.order_id))
            .where(within, Line.id > after)
            .order_by(Line.id)
            .limit(limit + 1)
        ).all()
    shown = [_entry(row) for row in rows[:limit]]
    opening = _total(_change(debit, credit, int(minor)) for debit, credit, minor in sums)
    return Statement(opening, shown, shown[-1].id if len(rows) > limit else None)


def _of(seller_id: str) -> ColumnElement[bool]:
    return Journal.order_id.in_(select(Hold.order_id).where(Hold.seller_id == seller_id))


def _bounds(period: Period) -> Sequence[ColumnElement[bool]]:
    return (
        Journal.at >= period.since if period.since else true(),
        Journal.at < period.until if period.until else true(),
    )


def _added_up(condition: ColumnElement[bool]) -> Any:
    return (
        select(Line.debit, Line.credit, func.sum(Line.amount_minor))
        .join(Journal, and_(Journal.org_id == Line.org_id, Journal.id == Line.journal_id))
        .where(condition)
        .group_by(Line.debit, Line.credit)
    )


def _entry(row: Any) -> Entry:
    line, journal = row.Line, row.Journal
    change = _change(line.debit, line.credit, line.amount_minor)
    return Entry(line.id, journal.at, journal.kind, journal.order_id, row.item_name, change)


def _change(debit: str, credit: str, minor: int) -> Sums:
    def of(account: Account) -> int:
        return minor * ((credit == account) - (debit == account))

    return Sums(of(Account.held), of(Account.seller), of(Account.fee))


def _total(changes: Iterable[Sums]) -> Sums:
    return sum(changes, Sums())
