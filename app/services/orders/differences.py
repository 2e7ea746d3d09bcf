"""Where a gateway and we do not say the same, or nobody knows: what a person should look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from app.extensions import reading
from app.models import (
    Attention,
    Order,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    TimelineEntry,
)
from app.models.payment import OPEN
from app.services.orders.attention import MOVES_UNKNOWN, NOT_KNOWING
from app.services.orders.money_in import ENDED, MISMATCHES

__all__ = ["Difference", "of", "page"]

# What a gateway said, in the words of the timeline.
TELLS = {
    *(f"attention.{one}" for one in Attention),
    "payment.succeeded",
    "payment.unknown",
    "refund.failed",
    "refund.unanswered",
    "escrow.release_failed",
    "escrow.release_unanswered",
    "escrow.reversal_failed",
    "escrow.reversal_unanswered",
}


@dataclass(frozen=True)
class Difference:
    """One order that is not as it should be."""

    order: Order
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    told: TimelineEntry | None  # what was noted last of what the gateway said

    @property
    def code(self) -> Attention:
        """What is the matter; the gravest, where an order has no room for several."""
        if self.order.attention:
            return Attention(self.order.attention)
        if any(one.status == PaymentStatus.unknown for one in self.payments):
            return Attention.payment_unknown
        is_unknown = any(one.status == RefundStatus.unknown for one in self.refunds)
        return Attention.refund_unknown if is_unknown else Attention.refund_failed

    @property
    def payment(self) -> Payment | None:
        """The payment it is about."""
        known = {one.id: one for one in self.payments}
        if self.code == Attention.duplicate_payment:
            return next((one for one in reversed(self.payments) if one.is_duplicate), None)
        if self.told and self.told.payment_id in known:
            return known[self.told.payment_id]
        settled = known.get(self.order.settled_by or "")
        return settled or next(reversed(self.payments), None)

    @property
    def is_held(self) -> bool:
        """Money came late and waits for a decision: accept it, or give it back."""
        paid = next((one for one in self.payments if one.id == self.order.settled_by), None)
        is_ended = self.order.status in ENDED
        return bool(paid and is_ended and paid.refundable_minor == paid.amount_minor)

    @property
    def may_be_asked(self) -> bool:
        """Whether asking the gateway can change anything."""
        return self.code in NOT_KNOWING | MISMATCHES | MOVES_UNKNOWN

    @property
    def may_be_looked_at(self) -> bool:
        """Whether a person's word ends it, and not only a gateway's answer."""
        if self.code in NOT_KNOWING:
            return not any(one.status in OPEN for one in self.payments)
        return self.code not in MOVES_UNKNOWN

    @property
    def refundable(self) -> Payment | None:
        """The payment that something may be given back of, here and now."""
        one = self.payment
        return one if one and one.refundable_minor > 0 else None


def page(before: str | None = None, limit: int = 20) -> tuple[list[Difference], str | None]:
    """A keyset page of them, newest order first, and where the next one starts."""
    with reading() as session:
        ids = _ids(session, before, limit + 1)
        shown = ids[:limit]
        found = _read(session, shown)
    return found, shown[-1] if len(ids) > limit else None


def of(order_id: str) -> Difference | None:
    """What is the matter with one order; None when nothing is."""
    with reading() as session:
        found = _read(session, _ids(session, None, 1, only=order_id))
    return found[0] if found else None


def _ids(session: Any, before: str | None, limit: int, *, only: str | None = None) -> list[str]:
    """Three short looks, each along its own partial index, instead of one along every order."""
    found: set[str] = set()
    for column, *conditions in _LOOKS:
        query = select(column).where(*conditions).distinct()
        if before is not None:
            query = query.where(column < before)
        if only is not None:
            query = query.where(column == only)
        found |= set(session.scalars(query.order_by(column.desc()).limit(limit)))
    return sorted(found, reverse=True)[:limit]


def _is(column: Any, value: str) -> ColumnElement[bool]:
    """Written out, since a database does not see that a parameter fits a partial index."""
    is_value: ColumnElement[bool] = column == bindparam(None, value, literal_execute=True)
    return is_value


# A failed refund is over once nothing is left of its payment, or somebody dealt with it. One that a
# person asked for is told by the order itself.
_LOOKS: tuple[tuple[Any, ...], ...] = (
    (Order.id, Order.attention.is_not(None)),
    (Payment.order_id, _is(Payment.status, PaymentStatus.unknown)),
    (
        Refund.order_id,
        or_(_is(Refund.status, RefundStatus.unknown), _is(Refund.status, RefundStatus.failed)),
        Refund.cause != "requested",
        Refund.looked_at.is_(None),
        Refund.payment_id.in_(
            select(Payment.id).where(
                Payment.id == Refund.payment_id, Payment.refunded_minor < Payment.amount_minor
            )
        ),
    ),
)


def _read(session: Any, ids: Sequence[str]) -> list[Difference]:
    orders = session.scalars(select(Order).where(Order.id.in_(ids)).order_by(Order.id.desc())).all()
    payments = _by_order(session, Payment, ids)
    refunds = _by_order(session, Refund, ids)
    told = {one.order_id: one for one in _entries(session, ids)}
    return [
        Difference(one, payments.get(one.id, []), refunds.get(one.id, []), told.get(one.id))
        for one in orders
    ]


def _by_order(session: Any, model: Any, ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in session.scalars(select(model).where(model.order_id.in_(ids)).order_by(model.id)):
        found.setdefault(one.order_id, []).append(one)
    return found


def _entries(session: Any, ids: Sequence[str]) -> Iterable[TimelineEntry]:
    """What gateways said, so that the last of each order comes last."""
    told: Iterable[TimelineEntry] = session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.order_id.in_(ids), TimelineEntry.kind.in_(TELLS))
        .order_by(TimelineEntry.id)
    )
    return told
