"""Let a stored call have its effect, once."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import About, InboundEvent
from app.services import escrow, orders, payments, payouts, records, sellers, tasks

__all__ = ["apply"]


def apply(event_id: str) -> tasks.Again | None:
    """Let a stored event have its effect, once (a flow, for the task).

    The event only says that there is news; what happened is what the gateway answers now. Raises
    GatewayError, AppError where nobody else will ask again: then the task does.
    """
    with reading() as session:
        event = session.scalars(
            select(InboundEvent).where(InboundEvent.id == event_id)
        ).one_or_none()
    if event is None or event.applied_at is not None:
        return None
    _follow(event)
    _applied(event)
    return None


def _follow(event: InboundEvent) -> None:
    if event.seller_id is not None:
        _ask_of_seller(event.seller_id, event)
    elif event.about == About.transfer:
        escrow.look_at_transfer(event.payment_id or "", event.gateway_ref or "")
    elif event.snapshot:
        said = base.Snapshot.from_dict(event.snapshot)
        orders.settle(event.payment_id or "", said, asked_at=event.created_at)
    else:
        _ask(event.payment_id or "", event)


def _ask_of_seller(seller_id: str, event: InboundEvent) -> None:
    if event.about == About.payout:
        payouts.follow(seller_id, event.gateway_ref or "")
    else:
        sellers.refresh(seller_id)


def _ask(payment_id: str, event: InboundEvent) -> None:
    """Ask about the payment; the event may be quicker than the answer to our own call, which
    would have told us its id."""
    try:
        payments.ask(payment_id, actor="gateway", ref_hint=event.gateway_ref)
    except (base.Declined, base.MethodUnavailable) as error:
        payments.record_error(payment_id, error)


def _applied(event: InboundEvent) -> None:
    with transaction():
        row = db.session.scalars(
            select(InboundEvent).where(InboundEvent.id == event.id).with_for_update()
        ).one()
        if row.applied_at is None and row.note and row.payment_id:
            order, payment = orders.lock(row.payment_id)
            records.timeline(
                order, f"gateway.{row.type}", payment=payment, actor=row.gateway, note=row.note
            )
        row.applied_at = clock.now()
