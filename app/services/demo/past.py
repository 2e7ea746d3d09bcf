"""The one place where something that is made now is said to have happened before.

Nothing is invented here: services made the rows, in this order; only their moments are moved, all
by the same distance, together with the task that may still follow from them.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.strictjson import dump
from app.kit.tenancy import current_org
from app.models import (
    Event,
    Order,
    Payment,
    Refund,
    SandboxPayment,
    SandboxRefund,
    Task,
    TimelineEntry,
)

__all__ = ["date_back", "move"]

MOMENTS = ("created_at", "updated_at", "paid_at", "at")


def move(order_id: str, since: datetime, to: datetime) -> None:
    """What was written about an order since `since` happened at `to` (a step), as far as a thing
    has moments that lie in the past. Leaves no task of its gateway's behind: all is done."""
    by = to - clock.now()
    with transaction():
        rows = list(_about(order_id))
        for row in rows:
            _shift(row, since, by)
        _forget([row.id for row in rows if not isinstance(row, TimelineEntry)])


def date_back(order_id: str, created: datetime, lasts: timedelta) -> None:
    """The order was made at `created` (a step), with its first payment, and can be paid for as
    long as it `lasts`."""
    with transaction():
        order = db.session.scalars(select(Order).where(Order.id == order_id)).one()
        order.created_at, order.expires_at = created, created + lasts
        if order.next_check_at:
            order.next_check_at = order.expires_at
        payments = select(Payment).where(Payment.order_id == order_id)
        for payment in db.session.scalars(payments):
            payment.created_at = created


def _about(order_id: str) -> Iterator[Any]:
    """Everything that is known about an order, here and at the sandbox."""
    yield from db.session.scalars(select(Order).where(Order.id == order_id))
    for model in (Payment, Refund, TimelineEntry, Event):
        yield from db.session.scalars(select(model).where(model.order_id == order_id))
    theirs = select(SandboxPayment).where(
        SandboxPayment.reference.in_(select(Payment.id).where(Payment.order_id == order_id))
    )
    for row in db.session.scalars(theirs).all():
        yield row
        yield from db.session.scalars(
            select(SandboxRefund).where(SandboxRefund.payment_id == row.id)
        )


def _shift(row: Any, since: datetime, by: timedelta) -> None:
    for name in MOMENTS:
        moment = getattr(row, name, None)
        if moment is not None and moment >= since:
            setattr(row, name, moment + by)
            if isinstance(row, Event) and name == "created_at":
                _date_payload(row)


def _date_payload(event: Event) -> None:
    """Nobody has been told yet, and the bytes that will be signed say when it happened."""
    body = json.loads(event.payload)
    event.payload = dump({**body, "timestamp": clock.iso(event.created_at)}).decode()


def _forget(ids: Sequence[str]) -> None:
    """What the sandbox and refunds wanted done later was done at once."""
    tasks = select(Task).where(Task.org_id == current_org(), Task.name != "deliveries.send")
    for task in db.session.scalars(tasks).all():
        if set(task.args.values()) & set(ids):
            db.session.delete(task)
