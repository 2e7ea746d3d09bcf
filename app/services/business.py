"""How a merchant's business goes: figures of one organization over some days, beside those before.

Not `figures`, which are the operator's and about the whole installation. Reads only. Test and live
are never mixed, and amounts of different currencies never added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from app.extensions import reading
from app.kit import clock
from app.kit.days import day_in, midnight
from app.models import Order, OrderStatus, Refund, RefundStatus

__all__ = ["PERIODS", "Business", "Day", "Question", "Totals", "look", "modes"]

PERIODS = (7, 28, 90)  # days
UNPAID = (OrderStatus.failed, OrderStatus.cancelled, OrderStatus.expired)


@dataclass(frozen=True)
class Question:
    """What is asked about: the last `days` days with today's, as they begin and end in `zone`."""

    days: int
    test_mode: bool
    provider_id: str | None = None
    currency: str | None = None  # None: the one that most was paid in
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Totals:
    """What came of some days in one currency; amounts in minor units."""

    volume_minor: int = 0  # of orders paid in these days, whatever was refunded since
    paid: int = 0
    decided: int = 0  # orders made in these days that were paid, failed, cancelled or expired
    succeeded: int = 0  # those of them that were paid
    refunded_minor: int = 0  # that somebody here, or a provider's server, asked to be given back
    refunds: int = 0

    @property
    def success_rate(self) -> float | None:
        """Between 0 and 1; None where nothing is decided."""
        return self.succeeded / self.decided if self.decided else None


@dataclass(frozen=True)
class Day:
    """What was paid on one day, and on the day as long ago as the period is long."""

    day: date
    minor: int
    paid: int
    minor_before: int


@dataclass(frozen=True)
class Business:
    """The answer, in one currency; `currencies` are all there is something about."""

    currency: str | None
    currencies: tuple[str, ...]
    now: Totals
    before: Totals  # of the days before, up to the same time of the day
    days: tuple[Day, ...]


@dataclass(frozen=True)
class _Span:
    """Both periods: days count from `start`, those before from `start_before` to `end_before`."""

    first: date  # the day that begins at `start`
    start_before: datetime
    end_before: datetime
    start: datetime
    end: datetime

    def holds(self, moment: Any) -> ColumnElement[bool]:
        # The first condition bounds what an index gives; an OR alone would give everything.
        within = or_(moment < self.end_before, moment >= self.start)
        return and_(moment >= self.start_before, within)

    def which(self, moment: Any) -> ColumnElement[str]:
        # label: repeated in GROUP BY, its parameters would make it another expression
        return case((moment >= self.start, "now"), else_="before").label("which")


def modes() -> set[bool]:
    """In which modes there are orders: True for test, False for live."""
    with reading() as session:
        return {
            mode
            for mode in (True, False)
            if session.scalar(select(exists(select(Order.id).where(Order.test_mode == mode))))
        }


def look(question: Question) -> Business:
    """Three statements, each over an index and bounded by the two periods."""
    span = _span(question.days, question.zone)
    with reading() as session:
        paid = session.execute(_paid(question, span)).all()
        ends = session.execute(_ends(question, span)).all()
        back = session.execute(_back(question, span)).all()
    currencies = _by_use([(row.currency, row.number) for row in (*paid, *ends, *back)])
    chosen = question.currency or (currencies[0] if currencies else None)
    rows = [[one for one in some if one.currency == chosen] for some in (paid, ends, back)]
    return Business(
        chosen,
        tuple(sorted({*currencies, *([chosen] if chosen else [])})),
        _totals(rows, "now", span.first),
        _totals(rows, "before", span.first),
        tuple(_days(rows[0], span.first, question.days)),
    )


def _span(days: int, zone: tzinfo) -> _Span:
    now = clock.now()
    today, length = now.astimezone(zone).date(), timedelta(days=days)
    first = today - timedelta(days=days - 1)
    # As far into its last day as today is, on the clock that hangs there.
    end_before = (now.astimezone(zone) - length).astimezone(UTC)
    return _Span(first, midnight(first - length, zone), end_before, midnight(first, zone), now)


def _of(question: Question) -> list[ColumnElement[bool]]:
    found = [Order.test_mode == question.test_mode]
    if question.provider_id:
        found.append(Order.provider_id == question.provider_id)
    return found


def _paid(question: Question, span: _Span) -> Any:
    day = day_in(question.zone, Order.paid_at, span.start_before, span.end).label("day")
    volume = func.sum(Order.amount_minor).label("minor")
    return (
        select(day, Order.currency, volume, func.count().label("number"))
        .where(*_of(question), span.holds(Order.paid_at))
        .group_by("day", Order.currency)
    )


def _ends(question: Question, span: _Span) -> Any:
    """Orders made in these days that came to an end; one that failed may be paid yet."""
    succeeded = func.count(Order.paid_at).label("succeeded")
    return (
        select(
            span.which(Order.created_at), Order.currency, succeeded, func.count().label("number")
        )
        .where(*_of(question), span.holds(Order.created_at))
        .where(or_(Order.paid_at.is_not(None), Order.status.in_(UNPAID)))
        .group_by("which", Order.currency)
    )


def _back(question: Question, span: _Span) -> Any:
    """What goes back because it was paid twice or too late was never counted as paid."""
    volume = func.sum(Refund.amount_minor).label("minor")
    return (
        select(span.which(Refund.created_at), Refund.currency, volume, func.count().label("number"))
        .join(Order, Order.id == Refund.order_id)
        .where(*_of(question), span.holds(Refund.created_at))
        .where(Refund.status == RefundStatus.succeeded, Refund.cause == "requested")
        .group_by("which", Refund.currency)
    )


def _by_use(counted: list[tuple[str, int]]) -> list[str]:
    uses: dict[str, int] = {}
    for currency, number in counted:
        uses[currency] = uses.get(currency, 0) + number
    return sorted(uses, key=lambda one: (-uses[one], one))


def _totals(rows: list[list[Any]], which: str, start: date) -> Totals:
    paid, ends, back = rows
    is_now = which == "now"
    mine = [one for one in paid if (one.day >= start.isoformat()) == is_now]
    ended = next((one for one in ends if one.which == which), None)
    given = next((one for one in back if one.which == which), None)
    return Totals(
        volume_minor=int(sum(one.minor for one in mine)),
        paid=sum(one.number for one in mine),
        decided=ended.number if ended else 0,
        succeeded=ended.succeeded if ended else 0,
        refunded_minor=int(given.minor) if given else 0,
        refunds=given.number if given else 0,
    )


def _days(paid: Sequence[Any], start: date, length: int) -> list[Day]:
    by_day = {one.day: one for one in paid}
    found = []
    for number in range(length):
        day = start + timedelta(days=number)
        row = by_day.get(day.isoformat())
        before = by_day.get((day - timedelta(days=length)).isoformat())
        minor_before = int(before.minor) if before else 0
        found.append(Day(day, int(row.minor) if row else 0, row.number if row else 0, minor_before))
    return found
