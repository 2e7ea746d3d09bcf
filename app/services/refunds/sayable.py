"""What a person may say became of a refund: only where no answer can tell any more."""

from collections.abc import Collection, Iterable, Mapping

from app.models import Payment, Refund, RefundStatus
from app.registry import gateway
from app.services.moves import MADE, NOT_MADE, Word

__all__ = ["sayable", "sayable_of"]


def sayable(payment: Payment, refund: Refund) -> Collection[Word]:
    """Either, where the gateway shows nobody its refunds; where it does and shows nothing of this
    one, that it was not made."""
    if refund.status == RefundStatus.unknown and not gateway(payment.gateway).finds_refunds:
        return {MADE, NOT_MADE}
    return {NOT_MADE} if refund.is_lost else ()


def sayable_of(
    payments: Iterable[Payment], refunds: Iterable[Refund]
) -> Mapping[str, Collection[Word]]:
    """By a refund's id, of each that something may be said about."""
    paid = {one.id: one for one in payments}
    found = {one.id: sayable(paid[one.payment_id], one) for one in refunds}
    return {id_: words for id_, words in found.items() if words}
