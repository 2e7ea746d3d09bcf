"""What is due because time passed: orders to expire, payments to ask about,
money held until a date. Across organizations.

Due moments are columns; the sweep turns what is due into tasks and moves the moment out of the way
of the next sweep. The task's own end sets it anew.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.extensions import changed, db, transaction
from app.kit import clock
from app.kit.tenancy import across_organizations
from app.models import (
    CredentialNote,
    Hold,
    IdempotencyKey,
    InboundEvent,
    Notice,
    Order,
    Payment,
    Throttle,
    UserSession,
)
from app.services import idempotency, tasks

__all__ = ["purge", "sweep"]

BATCH = 200
HANDED_OUT = timedelta(minutes=10)  # until a row whose task vanished is found again
KEEP_INBOUND = timedelta(days=90)
KEEP_NOTICES = timedelta(days=90)
KEEP_SESSIONS = timedelta(days=30)


def sweep() -> int:
    """Leave a task for everything that is due (a step); how many."""
    with across_organizations("the clock knows no tenant"), transaction():
        return (
            _hand_out(Order, "orders.expire", "order")
            + _hand_out(Payment, "payments.check", "payment")
            + _hand_out(Hold, "escrow.clock", "hold")
        )


def _hand_out(model: type[Any], task: str, argument: str) -> int:
    due = (
        select(model.id)
        .where(model.next_check_at <= clock.now())
        .order_by(model.next_check_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(
        update(model)
        .where(model.id.in_(due))
        .values(next_check_at=clock.now() + HANDED_OUT, updated_at=model.updated_at)
        .returning(model.id, model.org_id),
        execution_options={"synchronize_session": False},
    ).all()
    for row in rows:
        tasks.add(task, {argument: row.id}, key=f"{task}:{row.id}", org_id=row.org_id)
    return len(rows)


def purge() -> None:
    """Forget what need not be kept (a step): idempotency keys, inbound bodies and notices
    after 90 days, tries that count no more, sessions that are over, secrets whose successors count
    alone by now."""
    now = clock.now()
    with across_organizations("the clock knows no tenant"), transaction():
        for model, keep in (
            (IdempotencyKey, idempotency.KEEP),
            (InboundEvent, KEEP_INBOUND),
            (Notice, KEEP_NOTICES),
        ):
            changed(delete(model).where(model.created_at < now - keep))
        changed(delete(Throttle).where(Throttle.ends_at < now))
        changed(delete(UserSession).where(UserSession.created_at < now - KEEP_SESSIONS))
        changed(
            update(CredentialNote)
            .where(CredentialNote.previous_until <= now)
            .values(previous=None, previous_until=None, previous_masked=None, previous_account=None)
        )
