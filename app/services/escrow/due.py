"""What the clock does to held money: a reminder, then the release. A flow, for the sweep's task."""

from datetime import timedelta

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict
from app.models import Hold, HoldStatus, Order, Payment
from app.services import letterbox, payments, records
from app.services.escrow import holding
from app.services.escrow.refusals import ask_about_seller
from app.services.escrow.releasing import locked, reserve
from app.services.orders import attention

__all__ = ["look_at_clock"]

LONG = timedelta(days=3)  # a gateway that cannot be reached for longer is somebody's matter
_Held = tuple[Order, Payment, Hold]


def look_at_clock(hold_id: str) -> None:
    """Remind the merchant three days before held money is freed, and free it on its date.

    The gateway is asked before how the payment stands: the call that the customer's bank contests
    it may have been lost. Without an answer nothing is freed. What cannot be freed then, or because
    other money is under way or the seller cannot be paid, is tried again later.
    """
    payment_id = _due(hold_id)
    if payment_id is None:
        return
    try:
        payments.ask(payment_id, actor="clock")
    except base.GatewayError as error:
        _unanswered(hold_id, error)
    else:
        _free(hold_id)


def _due(hold_id: str) -> str | None:
    """The payment whose money is to be freed now; a reminder is all there is to do before that."""
    with transaction():
        found = _held_until_now(hold_id)
        if found is None:
            return None
        order, payment, hold = found
        if hold.release_at is None or hold.release_at > clock.now():
            _remind(order, hold)
            return None
        return payment.id


def _free(hold_id: str) -> None:
    """What the gateway said is applied by now, and may have stopped the clock."""
    with transaction():
        found = _held_until_now(hold_id)
        if found is None:
            return
        order, payment, hold = found
        hold.held_up = None
        try:
            reserve(order, payment, hold, None, actor="clock", cause="date")
            hold.next_check_at = None
        except Conflict as refused:
            _wait(hold, refused)


def _unanswered(hold_id: str, error: base.GatewayError) -> None:
    with transaction():
        found = _held_until_now(hold_id)
        if found is None:
            return
        order, payment, hold = found
        holding.wait(hold, holding.BUSY)
        if isinstance(error, base.Missing | base.Misconfigured) or _is_long_due(hold):
            attention.unanswered(order, error)
        if hold.held_up is None:  # once, however often it is tried again
            records.timeline(order, "escrow.date_waits", payment=payment, reason=error.reason)
        hold.held_up = error.reason[:300]


def _is_long_due(hold: Hold) -> bool:
    return hold.release_at is not None and clock.now() - hold.release_at > LONG


def _held_until_now(hold_id: str) -> _Held | None:
    """What is held, locked, when its clock has something to do now; else its next look is set."""
    order_id = db.session.scalar(select(Hold.order_id).where(Hold.id == hold_id))
    try:
        order, payment, hold = locked(order_id or "")
    except Conflict:
        _nothing_to_do(hold_id)
        return None
    holding.plan(hold)
    if hold.status != HoldStatus.held:
        hold.held_up = None
        return None
    due = hold.next_check_at
    return (order, payment, hold) if due is not None and due <= clock.now() else None


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
