"""What is kept so that it can be told later: the order's timeline and the audit log. All parts."""

from typing import Any

from app.extensions import db
from app.models import AuditEntry, Order, Payment, TimelineEntry

__all__ = ["audit", "timeline"]


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
    address: str | None = None,
    **data: Any,
) -> None:
    """Add an entry to the current organization's audit log; never with a secret in it."""
    db.session.add(
        AuditEntry(action=action, actor=actor, subject=subject, address=address, data=data)
    )
