"""What a customer's bank takes back of a payment. Parts of settling; the order is locked."""

from datetime import datetime

from app.adapters.gateways.base import Snapshot
from app.models import Attention, NoticeKind, Order, Payment, PaymentStatus
from app.services import keeping, notices, records

__all__ = ["merge"]


def merge(order: Order, payment: Payment, snapshot: Snapshot, asked_at: datetime) -> None:
    """Follow what the gateway says that the bank has taken in all, and whether it has still to
    decide.

    Both go up and down, so an answer does not show how old it is: of two, the one that was asked
    for last counts, whichever gets here first.
    """
    if snapshot.taken_minor is None or payment.status != PaymentStatus.succeeded:
        return
    if payment.bank_seen_at is not None and payment.bank_seen_at > asked_at:
        return
    payment.bank_seen_at = asked_at
    was, before = payment.is_contested, payment.taken_minor
    payment.taken_minor = min(snapshot.taken_minor, payment.amount_minor)
    payment.is_contested = snapshot.is_contested
    if keeping.of(order).contested(
        order, payment, payment.taken_minor, is_contested=payment.is_contested
    ):
        return
    begins = not was and (payment.is_contested or payment.taken_minor != before)
    if begins:  # it may be over before we hear that it began
        _begin(order, payment)
    if (was or begins) and not payment.is_contested:
        _end(order, payment)


def _begin(order: Order, payment: Payment) -> None:
    """Of money that nobody keeps for anybody: a person has to answer the bank."""
    order.attention = Attention.chargeback
    notices.about_order(NoticeKind.chargeback, order)
    records.timeline(order, "payment.charged_back", payment=payment)


def _end(order: Order, payment: Payment) -> None:
    if payment.taken_minor:
        records.timeline(order, "payment.chargeback_lost", payment=payment)
        return
    if order.attention == Attention.chargeback:
        order.attention = None
    records.timeline(order, "payment.chargeback_won", payment=payment)
