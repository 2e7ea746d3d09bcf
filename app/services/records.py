"""What is kept so that it can be told later: the order's timeline and the audit log. All parts."""

from contextvars import ContextVar
from typing import Any

from app.extensions import db
from app.models import AuditEntry, Order, Payment, TimelineEntry
from app.services import letterbox, money_matters

__all__ = ["audit", "came_from", "timeline"]

_address: ContextVar[str | None] = ContextVar("address", default=None)


def came_from(address: str | None) -> None:
    """Remember where the request at hand comes from, for the audit log."""
    _address.set(address)


def timeline(
    order: Order,
    kind: str,
    *,
    payment: Payment | None = None,
    actor: str = "gatehouse",
    **data: Any,
) -> None:
    """Add a line to an order's story."""
    db.session.add(
        TimelineEntry(
            order_id=order.id,
            payment_id=payment.id if payment else None,
            kind=kind,
            actor=actor,
            data=data,
        )
    )


def audit(
    action: str,
    *,
    actor: str = "gatehouse",
    subject: str | None = None,
    **data: Any,
) -> None:
    """Add an entry to the current organization's audit log; never with a secret in it. Of one that
    is about money's way all owners are told, in the same transaction."""
    entry = AuditEntry(action=action, actor=actor, subject=subject, data=data)
    entry.address = _address.get()
    db.session.add(entry)
    if money_matters.is_one(action, subject, data):
        db.session.flush()  # the letter names the entry
        letterbox.to_owners("keys_changed", entry=str(entry.id))
