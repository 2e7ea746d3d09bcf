"""Pages of orders and the counts beside them: as fast at a million orders as at a thousand.

Nothing here counts or skips what it does not show. A page walks along an index, newest first, and
over WALK orders at the most; where a wish is rarer than that, the page says how far it looked and
the next one goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, true, union_all
from sqlalchemy.orm import aliased
from ulid import ULID

from app.extensions import reading
from app.models import Order, OrderStatus
from app.services.orders.filters import Filter, narrowing, sifting

__all__ = ["COUNTED", "Count", "Listing", "are_at_most", "counts", "page"]

WALK = 20_000  # orders that one page looks at
COUNTED = 1_000  # orders that one chip looks at


@dataclass(frozen=True)
class Listing:
    """One page, newest first; the ids that the pages beside it start from, where there are any."""

    orders: Sequence[Order]
    older: str | None = None
    newer: str | None = None
    looked_back_to: datetime | None = None  # when the walk ended before the page was full


@dataclass(frozen=True)
class Count:
    """How many orders of a status fit, of the newest COUNTED; more may where not `is_all`."""

    number: int
    is_all: bool


def page(
    wanted: Filter, *, before: str | None = None, after: str | None = None, limit: int = 50
) -> Listing:
    """The orders older than `before`, those next newer than `after`, or the newest."""
    if after is not None:
        return _newer(wanted, after, limit)
    found, ended_at = _look(wanted, Order.id < before if before else true(), limit)
    shown = found[:limit]
    older = shown[-1].id if len(found) > limit else ended_at
    newer = (shown[0].id if shown else before) if before else None
    return Listing(shown, older, newer, _moment(ended_at) if ended_at else None)


def _newer(wanted: Filter, after: str, limit: int) -> Listing:
    found, ended_at = _look(wanted, Order.id > after, limit, is_upwards=True)
    if len(found) <= limit and ended_at is None:
        return page(wanted, limit=limit)  # a full page of the newest rather than a few of them
    shown = found[:limit]
    newer = shown[-1].id if len(found) > limit else ended_at
    older = shown[0].id if shown else after
    return Listing(shown[::-1], older, newer)


def _look(
    wanted: Filter, start: Any, limit: int, *, is_upwards: bool = False
) -> tuple[list[Order], str | None]:
    """Up to `limit` + 1 orders; and where the walk was given up, if it was."""

    def ordered(query: Select[Any], id_: Any) -> Select[Any]:
        return query.order_by(id_ if is_upwards else id_.desc())

    walk = ordered(select(Order).where(start, *narrowing(wanted)), Order.id).limit(WALK)
    order = aliased(Order, walk.subquery())
    conditions = sifting(wanted, order)
    query = ordered(select(order).where(*conditions), order.id) if conditions else walk
    with reading() as session:
        found = list(session.scalars(query.limit(limit + 1)))
        if len(found) > limit or not conditions:
            return found, None
        last = func.max(order.id) if is_upwards else func.min(order.id)
        walked, end = session.execute(select(func.count(order.id), last)).one()
    return found, end if walked == WALK else None


def _moment(id_: str) -> datetime:
    return ULID.from_str(id_.partition("_")[2]).datetime


def counts(wanted: Filter) -> Mapping[OrderStatus, Count]:
    """For each status, how many fit everything else that is wanted. One statement, which looks at
    COUNTED orders of each status at the most."""
    parts = [_count(replace(wanted, status=one), COUNTED) for one in OrderStatus]
    with reading() as session:
        rows = session.execute(union_all(*parts)).all()
    return {
        OrderStatus(status): Count(min(fitting or 0, COUNTED), seen <= COUNTED)
        for status, seen, fitting in rows
    }


def are_at_most(wanted: Filter, number: int) -> bool:
    """Whether no more than `number` orders fit. False also where a walk cannot tell."""
    with reading() as session:
        _status, seen, fitting = session.execute(_count(wanted, WALK)).one()
    return seen <= WALK and (fitting or 0) <= number


def _count(wanted: Filter, so_far: int) -> Select[Any, Any, Any]:
    walk = select(Order).where(*narrowing(wanted)).order_by(Order.id.desc()).limit(so_far + 1)
    order = aliased(Order, walk.subquery())
    fitting = case((and_(true(), *sifting(wanted, order)), 1), else_=0)
    return select(literal(wanted.status), func.count(order.id), func.sum(fitting))
