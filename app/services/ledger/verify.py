"""Comparing the books with orders, refunds, holds and moves, and with what the gateways say.

A difference is told, never mended: what the books say stays, and a person finds out why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit.tenancy import across_organizations, as_org
from app.models import Hold, HoldStatus, JournalKind, MoveStatus, Order, Payment, Release, Reversal
from app.registry import gateway
from app.services import routing
from app.services.escrow.fees import fee_of
from app.services.ledger.balances import Balances, at_the_gateway, balances

__all__ = ["Report", "run"]

OVER = {HoldStatus.released, HoldStatus.refunded}


@dataclass(frozen=True)
class Difference:
    """What the books say of an order, and what something else says."""

    order_id: str
    what: str
    books: object
    other: object


@dataclass
class Report:
    """What came of comparing."""

    orders: int = 0
    differences: list[Difference] = field(default_factory=list)
    unanswered: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Books:
    """All we know of one order's held money; nothing of the session."""

    order: Order
    payment: Payment
    hold: Hold
    found: Balances
    taken: int
    releases: tuple[Release, ...]
    reversals: tuple[Reversal, ...]


def run(*, ask: bool = True, only: str | None = None) -> Report:
    """Compare every order whose money was ever held, or `only` one (a flow); `ask` the gateways
    too."""
    query = select(Hold.org_id, Hold.order_id).where(Hold.payment_id.is_not(None))
    if only is not None:
        query = query.where(Hold.order_id == only)
    with across_organizations("the operator's books are everybody's"), reading() as session:
        rows = session.execute(query.order_by(Hold.id)).all()
    report = Report()
    for row in rows:
        with as_org(row.org_id):
            _compare(row.order_id, report, ask=ask)
    return report


def _compare(order_id: str, report: Report, *, ask: bool) -> None:
    report.orders += 1
    books = _read(order_id)
    report.differences += _inside(books)
    if ask:
        _outside(books, report)


def _read(order_id: str) -> _Books:
    with reading() as session:
        order, payment, hold = session.execute(
            select(Order, Payment, Hold)
            .join(Hold, Hold.order_id == Order.id)
            .join(Payment, Payment.id == Hold.payment_id)
            .where(Order.id == order_id)
        ).one()
        done = MoveStatus.succeeded
        releases = session.scalars(
            select(Release).where(Release.hold_id == hold.id, Release.status == done)
        ).all()
        reversals = session.scalars(
            select(Reversal).where(Reversal.hold_id == hold.id, Reversal.status == done)
        ).all()
        taken = at_the_gateway(order_id, JournalKind.chargeback, JournalKind.chargeback_won)
        moves = tuple(releases), tuple(reversals)
        return _Books(order, payment, hold, balances(order_id), taken, *moves)


def _inside(books: _Books) -> Iterator[Difference]:
    """Where our own rows say something else than the books."""
    found, step = books.found, gateway(books.payment.gateway).step_of(books.order.currency)
    gone = sum(one.to_seller.minor for one in books.releases)
    back = sum(one.from_seller.minor for one in books.reversals)
    pairs = {
        "sum of all accounts": (found.total, 0),
        "came from the customer": (-found.customer, books.payment.amount_minor),
        "refunded": (found.refunded, books.payment.refunded_minor),
        "with the seller": (found.seller, gone - back),
        "fee": (found.fee, fee_of(found.released, books.hold.fee_bps, step)),
        "is anything held": (
            found.held > 0 or books.hold.is_charged_back,
            books.hold.status not in OVER,
        ),
    }
    for what, (ours, other) in pairs.items():
        if ours != other:
            yield Difference(books.order.id, what, ours, other)


def _outside(books: _Books, report: Report) -> None:
    """Where the gateway says something else than the books."""
    try:
        pairs = _asked(books)
    except base.GatewayError as error:
        report.unanswered.append((books.order.id, error.reason))
        return
    for what, (ours, other) in pairs.items():
        if ours != other:
            report.differences.append(Difference(books.order.id, what, ours, other))


def _asked(books: _Books) -> dict[str, tuple[int, int]]:
    adapter = routing.connect_payment(books.payment)
    payment = adapter.retrieve_payment(books.payment.gateway_ref)
    moved = 0
    for one in books.releases:
        if one.gateway_transfer_id:
            there = adapter.marketplace.retrieve_transfer(one.gateway_transfer_id)
            moved += there.amount_minor - there.reversed_minor
    return {
        "paid, by the gateway": (-books.found.customer, payment.paid_minor),
        "refunded, by the gateway": (books.found.refunded, payment.refunded_minor),
        "with the seller, by the gateway": (books.found.seller, moved),
        "taken by the bank, by the gateway": (books.taken, payment.taken_minor or 0),
    }
