"""Sending an order's webhooks once more, because the provider's server missed or lost them."""

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.errors import Conflict
from app.models import Delivery, Order
from app.services import deliveries, records
from app.services.orders import look

__all__ = ["resend"]


def resend(order_id: str, *, actor: str) -> int:
    """Send every webhook of an order again, but for those that are on their way or whose endpoint
    is off (a flow); how many. Raises NotFound, Conflict when that leaves none.

    Each keeps its id, by which receivers know what they had before.
    """
    look.get(order_id)
    with reading() as session:
        ids = session.scalars(
            select(Delivery.id).where(Delivery.order_id == order_id).order_by(Delivery.id)
        ).all()
    sent = sum(_again(one) for one in ids)
    if not sent:
        raise Conflict("No webhook of this order can be sent again", "nothing_to_send")
    with transaction():
        order = db.session.get_one(Order, order_id)
        records.timeline(order, "webhooks.resent", actor=actor, count=sent)
    return sent


def _again(delivery_id: str) -> bool:
    try:
        deliveries.redeliver(delivery_id)
    except Conflict:
        return False
    return True
