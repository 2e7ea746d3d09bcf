"""Stopping the clock of a hold, and letting it go on. Steps."""

from app.extensions import transaction
from app.kit.errors import Conflict
from app.models import EventType, HoldStatus
from app.services import events, ledger, records
from app.services.escrow import holding
from app.services.escrow.releasing import locked

__all__ = ["dispute", "resume"]


def dispute(order_id: str, reason: str | None = None, *, actor: str = "api") -> None:
    """Freeze what is held: no date frees it until somebody resumes, releases or refunds it.
    Disputing twice is fine, and so is it while the customer's bank decides: this goes on when
    that ends. Raises NotFound, Conflict `not_held` when nothing is held."""
    with transaction():
        order, payment, hold = locked(order_id)
        if hold.disputed_at is not None:
            return
        holding.freeze(hold, reason)
        records.timeline(order, "escrow.disputed", payment=payment, actor=actor, note=reason)
        told = holding.told(order, hold, ledger.balances(order.id))
        events.append(
            order, EventType.escrow_disputed, payment, disputeReason=hold.stopped_why, **told
        )


def resume(order_id: str, *, actor: str = "api") -> None:
    """End a dispute: the clock runs on from where it stopped, and the provider is told that the
    money is held. Resuming twice is fine. Raises NotFound, Conflict `not_held`, and
    `chargeback_open` while the customer's bank decides."""
    with transaction():
        order, payment, hold = locked(order_id)
        if hold.status != HoldStatus.disputed:
            return
        if hold.is_charged_back:
            raise Conflict("The customer's bank has taken this money back", "chargeback_open")
        holding.unfreeze(hold)
        records.timeline(order, "escrow.resumed", payment=payment, actor=actor)
        told = holding.told(order, hold, ledger.balances(order.id))
        events.append(order, EventType.escrow_held, payment, **told)
