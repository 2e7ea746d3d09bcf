"""A note of a person about an order; it stands in the order's story."""

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit.errors import NotFound, Refused
from app.models import Order
from app.services import records

__all__ = ["LONGEST", "note"]

LONGEST = 1000  # characters


def note(order_id: str, text: str, *, actor: str) -> None:
    """Write a note into an order's story (a step). Raises NotFound, Refused for an empty one or
    one that is too long."""
    text = text.strip()
    with transaction():
        order = db.session.scalars(select(Order).where(Order.id == order_id)).one_or_none()
        if order is None:
            raise NotFound("No such order")
        if not 1 <= len(text) <= LONGEST:
            raise Refused(f"A note has 1 to {LONGEST} characters", "invalid_note", field="text")
        records.timeline(order, "note.written", actor=actor, text=text)
