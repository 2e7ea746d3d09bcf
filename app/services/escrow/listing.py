"""Pages of held money: what is due first, then what is over. Reads only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from app.extensions import reading
from app.kit.money import Money
from app.models import Hold, HoldStatus, Order, OrderStatus, Seller
from app.services import ledger
from app.services.ledger import Balances

__all__ = ["COUNTED", "VIEWS", "Entry", "counts", "of_seller", "page"]

VIEWS: Mapping[str, tuple[HoldStatus, ...]] = {
    "open": (HoldStatus.held, HoldStatus.disputed),
    "disputed": (HoldStatus.disputed,),
    "awaiting_payment": (HoldStatus.awaiting_payment,),
    "released": (HoldStatus.released,),
    "refunded": (HoldStatus.refunded,),
}
_ENDED = (OrderStatus.cancelled, OrderStatus.expired)  # nothing is paid any more
COUNTED = 1_000  # holds that one count looks at
_CURSOR = re.compile(r"([0-3])\.(\d{1,18})\.(hld_[0-9A-Z]{26})", re.ASCII)
_EPOCH, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

# What a person has to look at comes first; what no date frees, last. The clock plays no part in it,
# so that a page leaves nothing out because time passed since the one before.
_rank = case(
    (Hold.is_charged_back.is_(True), 0),
    (Hold.status == HoldStatus.disputed, 1),
    (Hold.release_at.is_not(None), 2),
    else_=3,
)
_due = func.coalesce(Hold.release_at, literal(_NEVER, Hold.release_at.type))


@dataclass(frozen=True)
class Entry:
    """One hold, whose it is, and where its money is."""

    hold: Hold
    order: Order
    seller: Seller
    balances: Balances

    @property
    def held(self) -> Money:
        return Money(self.balances.held, self.order.currency)


def page(
    view: str = "open",
    *,
    seller_id: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[Sequence[Entry], str | None]:
    """A page of holds, and where the next one starts; a cursor that is none starts at the top.

    Of what is open the charged back come first, then the disputed, then those that a date frees,
    the earliest first. That sorts what is open, however much is over. What is over is walked along
    an index, the newest first.
    """
    query = _query(seller_id).where(_in(view))
    start = _read(cursor)
    query = _by_urgency(query, start) if view == "open" else _newest(query, start)
    found = _entries(query.limit(limit + 1))
    shown = found[:limit]
    return shown, _write(shown[-1].hold) if len(found) > limit else None


def of_seller(seller_id: str, limit: int = 10) -> Sequence[Entry]:
    """The newest holds for one seller, however they stand."""
    return _entries(_query(seller_id).order_by(Hold.id.desc()).limit(limit))


def _query(seller_id: str | None) -> Any:
    query = (
        select(Hold, Order, Seller)
        .join(Order, and_(Order.org_id == Hold.org_id, Order.id == Hold.order_id))
        .join(Seller, and_(Seller.org_id == Hold.org_id, Seller.id == Hold.seller_id))
    )
    return query.where(Hold.seller_id == seller_id) if seller_id else query


def _entries(query: Any) -> Sequence[Entry]:
    with reading() as session:
        rows = session.execute(query).all()
        found = ledger.balances_of([row.Order.id for row in rows])
    none = Balances()
    return [Entry(row.Hold, row.Order, row.Seller, found.get(row.Order.id, none)) for row in rows]


def counts(seller_id: str | None = None) -> Mapping[str, int]:
    """How many holds each view has, counted up to COUNTED + 1. One statement."""
    with reading() as session:
        rows = session.execute(union_all(*(_count(one, seller_id) for one in VIEWS))).all()
    return {view: int(number) for view, number in rows}


def _in(view: str) -> Any:
    """What belongs to a view. Of what waits for its payment, only what can still be paid."""
    has_status = Hold.status.in_(VIEWS[view])
    if view != "awaiting_payment":
        return has_status
    its = select(Order.id).where(Order.org_id == Hold.org_id, Order.id == Hold.order_id)
    return and_(has_status, its.where(Order.status.not_in(_ENDED)).correlate(Hold).exists())


def _count(view: str, seller_id: str | None) -> Any:
    walk = select(Hold.id).where(_in(view)).limit(COUNTED + 1)
    if seller_id:
        walk = walk.where(Hold.seller_id == seller_id)
    return select(literal(view), func.count()).select_from(walk.subquery())


def _by_urgency(query: Any, start: tuple[int, datetime, str] | None) -> Any:
    if start:
        rank, due, id_ = start
        later = or_(_due > due, and_(_due == due, Hold.id > id_))
        query = query.where(or_(_rank > rank, and_(_rank == rank, later)))
    return query.order_by(_rank, _due, Hold.id)


def _newest(query: Any, start: tuple[int, datetime, str] | None) -> Any:
    return (query.where(Hold.id < start[2]) if start else query).order_by(Hold.id.desc())


def _write(hold: Hold) -> str:
    """A place in the list of what is open."""
    rank = 0 if hold.is_charged_back else 1 if hold.status == HoldStatus.disputed else 2
    if rank == 2 and hold.release_at is None:
        rank = 3
    whole = (hold.release_at or _NEVER) - _EPOCH
    return f"{rank}.{whole // timedelta(microseconds=1)}.{hold.id}"


def _read(cursor: str | None) -> tuple[int, datetime, str] | None:
    found = _CURSOR.fullmatch(cursor or "")
    if found is None:
        return None
    try:
        due = _EPOCH + timedelta(microseconds=int(found[2]))
    except OverflowError:
        return None
    return int(found[1]), due, found[3]
