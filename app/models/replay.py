"""Replays: what an endpoint did not take, sent once more in small portions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = ["Replay", "ReplayStatus"]


class ReplayStatus(StrEnum):
    running = "running"
    finished = "finished"
    cancelled = "cancelled"  # by a person or a caller
    stopped = "stopped"  # the endpoint was switched off, or takes nothing still


class Replay(OrgScoped, Stamped, Model):
    """One order to send an endpoint everything that was given up since a moment. How far it is, the
    deliveries say, which name it."""

    __tablename__ = "webhook_replays"
    __table_args__ = (
        own(),
        owned_by("endpoint_id", "webhook_endpoints"),
        Index("ix_webhook_replays_endpoint", "org_id", "endpoint_id", "id"),
    )
    ID_PREFIX = "rpl"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    total: Mapped[int] = mapped_column(Integer)  # deliveries, when it began
    status: Mapped[str] = mapped_column(String(12), default=ReplayStatus.running)
    last_delivery: Mapped[str | None] = mapped_column(String(40))  # sent so far, in order of ids
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
