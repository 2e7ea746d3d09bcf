"""Tasks: rows of work for later. The row is the queue; RQ only rings."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import JSON, Model, UtcDateTime, refers_to

__all__ = ["Task"]


class Task(Model):
    """One piece of work. Gone when done; kept, with `dead_at`, when it was given up.

    Not tenant-scoped, since workers claim across organizations; it names the one it is for. One
    of the house, about a person and not an organization, names none, and can reach no tenant's row.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "ix_tasks_due",
            "due_at",
            postgresql_where=text("dead_at IS NULL"),
            sqlite_where=text("dead_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    org_id: Mapped[str | None] = mapped_column(String(40), refers_to("organizations"))
    name: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key: Mapped[str | None] = mapped_column(String(100), unique=True)  # one unfinished at a time
    lane: Mapped[str | None] = mapped_column(String(60))  # destination: few at a time in each
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(String(500))
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
