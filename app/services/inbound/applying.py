"""Let a stored call have its effect, once."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import InboundEvent
from app.services import orders, payments, records, tasks

__all__ = ["apply"]


def apply(event_id: str) -> tasks.Again | None:
    """Let a stored event have its effect, once (a flow, for the task).

    The event only says that there is news; what happened is what the gateway answers now.
    """
    with reading() as session:
        event = session.scalars(
            select(InboundEvent).where(InboundEvent.id == event_id)
        ).one_or_none()
    if event is None or event.applied_at is not None:
        return None
    if event.snapshot:
        orders.settle(event.payment_id, base.Snapshot.from_dict(event.snapshot))
    else:
        _ask(event)
    _applied(event)
    return None


def _ask(event: InboundEvent) -> None:
    """Ask about the payment; the event may be quicker than the answer to our own call, which
    would have told us its id."""
    try:
        payments.ask(event.payment_id, actor="gateway", ref_hint=event.gateway_ref)
    except (base.Declined, base.MethodUnavailable) as error:
        payments.record_error(event.payment_id, error)


def _applied(event: InboundEvent) -> None:
    with transaction():
        row = db.session.scalars(
            select(InboundEvent).where(InboundEvent.id == event.id).with_for_update()
        ).one()
        if row.applied_at is None and row.note:
            order, payment = orders.lock(row.payment_id)
            records.timeline(
                order, f"gateway.{row.type}", payment=payment, actor=row.gateway, note=row.note
            )
        row.applied_at = clock.now()
