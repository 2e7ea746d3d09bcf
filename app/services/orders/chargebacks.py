"""What a customer's bank takes back of a payment. Parts of settling; the order is locked."""

from datetime import datetime

from app.adapters.gateways.base import Snapshot
from app.models import Order, Payment
from app.services import keeping

__all__ = ["merge"]


def merge(order: Order, payment: Payment, snapshot: Snapshot, asked_at: datetime) -> None:
    """Follow what the gateway says that the bank has taken in all, and whether it has still to
    decide.

    Both go up and down, so an answer does not show how old it is: of two, the one that was asked
    for last counts, whichever gets here first.
    """
    if snapshot.taken_minor is None:
        return
    if payment.bank_seen_at is not None and payment.bank_seen_at > asked_at:
        return
    payment.bank_seen_at = asked_at
    payment.taken_minor = min(snapshot.taken_minor, payment.amount_minor)
    payment.is_contested = snapshot.is_contested
    if order.settled_by == payment.id:
        keeping.of(order).contested(
            order, payment, payment.taken_minor, is_contested=payment.is_contested
        )
