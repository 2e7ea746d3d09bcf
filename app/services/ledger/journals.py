"""Writing down where money went. Parts; the order is locked."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.extensions import db, insert_once
from app.kit import clock
from app.kit.tokens import new_id
from app.models import Account, Journal, JournalKind, Line, Order

__all__ = ["Posting", "write"]


@dataclass(frozen=True)
class Posting:
    """An amount in minor units, out of one account and into another."""

    debit: Account
    credit: Account
    amount_minor: int


def write(
    order: Order, kind: JournalKind, postings: Iterable[Posting], *, subject: str | None = None
) -> bool:
    """Write one journal about an order's money (a part); False when it was written before.

    `subject` is what happened once: a payment, a release, a reversal. Postings of nothing are
    left out. The database raises IntegrityError for one that takes more than an account holds.
    """
    journal_id = new_id(Journal.ID_PREFIX)
    is_new = insert_once(
        Journal,
        id=journal_id,
        order_id=order.id,
        currency=order.currency,
        kind=kind,
        subject=subject,
        at=clock.now(),
    )
    if not is_new:
        return False
    for one in postings:
        if one.amount_minor:
            db.session.add(
                Line(
                    journal_id=journal_id,
                    debit=one.debit,
                    credit=one.credit,
                    amount_minor=one.amount_minor,
                )
            )
            db.session.flush()  # one by one: each is judged by the accounts as it leaves them
    return True
