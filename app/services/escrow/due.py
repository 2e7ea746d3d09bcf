"""What the clock does to held money: a reminder, then the release. A step, for the sweep's task."""

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict
from app.models import Hold, HoldStatus, Order
from app.services import letterbox, records
from app.services.escrow import holding
from app.services.escrow.refusals import ask_about_seller
from app.services.escrow.releasing import locked, reserve

__all__ = ["look_at_clock"]


def look_at_clock(hold_id: str) -> None:
    """Remind the merchant three days before held money is freed, and free it on its date.

    What cannot be freed then, because other money is under way or the seller cannot be paid, is
    tried again later.
    """
    with transaction():
        order_id = db.session.scalar(select(Hold.order_id).where(Hold.id == hold_id))
        try:
            order, payment, hold = locked(order_id or "")
        except Conflict:
            _nothing_to_do(hold_id)
            return
        holding.plan(hold)
        due = hold.next_check_at
        if hold.status != HoldStatus.held or due is None or due > clock.now():
            return
        if hold.release_at is not None and hold.release_at > clock.now():
            _remind(order, hold)
            return
        try:
            reserve(order, payment, hold, None, actor="clock", cause="date")
            hold.next_check_at = None
        except Conflict as refused:
            _wait(hold, refused)


def _wait(hold: Hold, refused: Conflict) -> None:
    if refused.code == "seller_not_ready":
        ask_about_seller(hold)
        holding.wait(hold, holding.UNREADY)
    else:
        holding.wait(hold, holding.BUSY)


def _nothing_to_do(hold_id: str) -> None:
    hold = db.session.get(Hold, hold_id)
    if hold is not None:
        hold.next_check_at = None


def _remind(order: Order, hold: Hold) -> None:
    hold.reminded_at = clock.now()
    holding.plan(hold)
    letterbox.to_owners("release_soon", hold=hold.id)
    records.timeline(order, "escrow.reminded", actor="clock")
