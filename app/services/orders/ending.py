"""Ending an unpaid order: cancelled on request, expired by the clock. Flows.

The gateway is asked first and must be definite: paid wins, and a silent gateway leaves the order
as it is.
"""

from datetime import datetime

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.models import EventType, Order, OrderStatus, Payment
from app.models.order import FINAL
from app.models.payment import OPEN
from app.services import events, payments, records, tasks
from app.services.orders import money_in, schedule
from app.services.orders.settle import settle

__all__ = ["cancel", "expire"]


def cancel(order_id: str, *, actor: str = "api") -> None:
    """Cancel an order of which nothing was paid.

    Raises Conflict when something was, or may have been; AppError 502 when the gateway does not
    say. Cancelling twice is fine.
    """
    order = _read(order_id)
    if order.status == OrderStatus.cancelled:
        return
    _must_be_payable(order)
    try:
        _stop_all(order)
    except base.Impossible as error:
        raise _settled_meanwhile(order_id) from error
    except base.GatewayError as error:
        raise payments.no_answer(error, order_id) from error
    _close(order_id, OrderStatus.cancelled, actor)


def expire(order_id: str) -> tasks.Again | None:
    """End an order whose time is over (for the task)."""
    try:
        order = _read(order_id)
    except NotFound:
        return None
    if not order.is_payable or order.expires_at > clock.now():
        return None
    try:
        _stop_all(order)
    except base.GatewayError:
        return tasks.Again(_next_try(order))
    _close(order_id, OrderStatus.expired, "clock")
    return None


def _next_try(order: Order) -> datetime:
    """A gateway that is silent, or a customer who is paying, decides soon or takes its time; keys
    that are wrong wait for a person: ever less often, at last daily."""
    now = clock.now()
    return schedule.next_check(order.expires_at, now) or now + schedule.DAY


def _read(order_id: str) -> Order:
    with reading() as session:
        order = session.scalars(select(Order).where(Order.id == order_id)).one_or_none()
    if order is None:
        raise NotFound("No such order")
    found: Order = order
    return found


def _must_be_payable(order: Order) -> None:
    if not order.is_payable:
        raise Conflict(f"Order is {order.status} and cannot be cancelled", "invalid_state")


def _settled_meanwhile(order_id: str) -> Conflict:
    return Conflict(f"Order is {_read(order_id).status} and cannot be cancelled", "invalid_state")


def _stop_all(order: Order) -> None:
    """Every open payment of the order is definitely dead at its gateway, or this raises."""
    with reading() as session:
        found = session.scalars(
            select(Payment).where(Payment.order_id == order.id, Payment.status.in_(OPEN))
        ).all()
    for payment in found:
        try:
            payments.stop(order, payment)
        except base.Impossible:
            payments.ask(payment.id)
            raise
        except (base.Missing, base.Misconfigured) as error:
            payments.note_unanswered(payment.id, error)
            raise
        except base.Unconfirmed as error:
            payments.record_error(payment.id, error)
        except (base.Declined, base.MethodUnavailable) as error:
            settle(payment.id, base.Snapshot("cancelled", failure=error.reason))


def _close(order_id: str, status: OrderStatus, actor: str) -> None:
    with transaction():
        order = db.session.scalars(
            select(Order).where(Order.id == order_id).with_for_update()
        ).one()
        if order.status in FINAL:
            if order.status != status:
                raise Conflict(f"Order is {order.status}", "invalid_state")
            return
        _must_be_payable(order)
        money_in.supersede(order)  # one that was started meanwhile
        order.move_to(status)
        order.next_check_at = None
        records.timeline(order, f"order.{status}", actor=actor)
        events.append(order, EventType(f"payment_{status}"), _last_payment(order))


def _last_payment(order: Order) -> Payment | None:
    return db.session.scalars(
        select(Payment).where(Payment.order_id == order.id).order_by(Payment.id.desc()).limit(1)
    ).first()
