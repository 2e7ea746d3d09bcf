"""Figures about the whole installation, for whoever watches it. Reads only."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select
from ulid import ULID

from app.extensions import reading
from app.kit import clock
from app.kit.tenancy import across_organizations
from app.models import Order, Task

__all__ = ["Figures", "now"]

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Figures:
    """One look at everything; no organization's data among it."""

    tasks: dict[tuple[str, str], int]  # by name and due, waiting or dead
    wait: float  # seconds the oldest due task has been waiting
    orders: dict[str, int]  # of the last day, by status

    @property
    def deliveries(self) -> int:
        """Webhooks still to be delivered: each has one task until it is done with."""
        send = "deliveries.send"
        return self.tasks.get((send, "due"), 0) + self.tasks.get((send, "waiting"), 0)


def now() -> Figures:
    """Count. Costs two statements, both over an index or over what is unfinished."""
    moment = clock.now()
    state = case(
        (Task.dead_at.is_not(None), "dead"), (Task.due_at <= moment, "due"), else_="waiting"
    ).label("state")
    by_task = select(Task.name, state, func.count(), func.min(Task.due_at)).group_by(
        Task.name,
        "state",  # by its name: repeated, its parameters would make it another expression
    )
    # Ids begin with the moment they were made in, and are indexed; created_at is not.
    first = f"{Order.ID_PREFIX}_{ULID.from_datetime(moment - DAY)}"
    by_status = select(Order.status, func.count()).where(Order.id >= first).group_by(Order.status)
    with across_organizations("figures belong to the operator"), reading() as session:
        tasks = session.execute(by_task).all()
        orders = session.execute(by_status).all()
    oldest = min((due for _, kind, _, due in tasks if kind == "due"), default=moment)
    return Figures(
        {(name, kind): count for name, kind, count, _ in tasks},
        (moment - oldest).total_seconds(),
        dict(orders),
    )
