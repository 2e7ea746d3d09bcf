"""What became of a refund, on a person's word: only where the gateway cannot be asked. A step."""

from collections.abc import Iterable

from sqlalchemy import update

from app.extensions import changed, db, transaction
from app.kit.errors import Conflict, NotFound, Refused
from app.models import Attention, Order, Payment, Refund, RefundStatus
from app.registry import gateway
from app.services import records, refunding
from app.services.orders import attention
from app.services.refunds.sending import lock_refund, succeeded

__all__ = ["MADE", "NOT_MADE", "decidable", "decide"]

MADE, NOT_MADE = "made", "not_made"  # what a person may say of it
# The provider reads it as well, so it does not say which of the merchant's people looked.
NO_TRACE = "somebody looked at the payment company: it was not made"
_ENDS = {MADE: RefundStatus.succeeded, NOT_MADE: RefundStatus.failed}


def decidable(payments: Iterable[Payment], refunds: Iterable[Refund]) -> set[str]:
    """Ids of the refunds that only a person can decide: unknown, and nobody to ask."""
    silent = {one.id for one in payments if not gateway(one.gateway).finds_refunds}
    is_unknown = RefundStatus.unknown
    return {one.id for one in refunds if one.status == is_unknown and one.payment_id in silent}


def decide(order_id: str, refund_id: str, said: str, *, actor: str) -> None:
    """Record that a refund was MADE or NOT_MADE, as somebody saw at the gateway (a step); saying
    the same twice is fine.

    Raises NotFound, Refused for another word, Conflict when the gateway can be asked or it was
    decided otherwise meanwhile.
    """
    with transaction():
        order, payment, refund = lock_refund(refund_id)
        if order.id != order_id:
            raise NotFound("No such refund")
        if said not in _ENDS:
            raise Refused("Say whether the refund was made", "invalid_outcome", field="said")
        if refund.status == _ENDS[said]:
            return
        if gateway(payment.gateway).finds_refunds:
            raise Conflict("Only the gateway's answer ends this: ask again", "not_decided")
        if not _end(refund, _ENDS[said]):
            raise Conflict(f"The refund is {refund.status} by now", "refund_decided")
        _note(order, payment, refund, actor)
        _follow(order, payment, refund)


def _end(refund: Refund, status: RefundStatus) -> bool:
    """One conditional UPDATE: news of the gateway that was recorded first stands."""
    failure = None if status == RefundStatus.succeeded else NO_TRACE
    ended = changed(
        update(Refund)
        .where(Refund.id == refund.id, Refund.status == RefundStatus.unknown)
        .values(status=status, failure=failure, asking_since=None)
    )
    db.session.refresh(refund)
    return ended == 1


def _note(order: Order, payment: Payment, refund: Refund, actor: str) -> None:
    if refund.status == RefundStatus.succeeded:
        records.timeline(order, "refund.said_made", payment=payment, actor=actor, refund=refund.id)
        records.audit("refund.said_made", actor=actor, subject=refund.id)
        return
    records.timeline(order, "refund.said_not_made", payment=payment, actor=actor, refund=refund.id)
    records.audit("refund.said_not_made", actor=actor, subject=refund.id)


def _follow(order: Order, payment: Payment, refund: Refund) -> None:
    attention.clear(order, Attention.refund_unknown)
    if refund.status == RefundStatus.succeeded:
        succeeded(order, payment, refund)
    else:
        refunding.failed(order, payment, refund)
    if order.attention is None and refunding.total(payment, {RefundStatus.unknown}):
        attention.say(order, Attention.refund_unknown)  # another one still is
