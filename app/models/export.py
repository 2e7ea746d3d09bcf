"""Exports: lists of orders that take a while to write, and how far each has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.models.base import JSON, Model, OrgScoped, Stamped, UtcDateTime, own

__all__ = ["Export", "ExportStatus"]


class ExportStatus(StrEnum):
    writing = "writing"  # or waiting for a worker
    ready = "ready"
    failed = "failed"
    cancelled = "cancelled"
    expired = "expired"  # the file is gone


class Export(OrgScoped, Stamped, Model):
    """One file. What was written is noted with where it ended, so that another worker goes on from
    there when one dies."""

    __tablename__ = "exports"
    __table_args__ = (own(),)
    ID_PREFIX = "exp"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(254))
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)  # the filter
    columns: Mapped[list[str]] = mapped_column(JSON)
    zone: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10), default=ExportStatus.writing)
    total: Mapped[int | None] = mapped_column(Integer)  # orders, as counted when it began
    written: Mapped[int] = mapped_column(Integer, default=0)  # orders
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    last_id: Mapped[str | None] = mapped_column(String(40))  # of the order written last
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> ExportStatus:
        """The status; a file whose time is up counts as gone, whether it was removed or not."""
        is_over = self.expires_at is not None and self.expires_at <= clock.now()
        return ExportStatus.expired if is_over else ExportStatus(self.status)
