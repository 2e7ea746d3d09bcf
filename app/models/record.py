"""Things kept so that they can be told later: timeline, audit log, answers given before."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.models.base import JSON, Model, OrgScoped, UtcDateTime, owned_by

__all__ = ["AuditEntry", "IdempotencyKey", "TimelineEntry"]


class TimelineEntry(OrgScoped, Model):
    """One line of an order's story."""

    __tablename__ = "timeline"
    __table_args__ = (
        owned_by("order_id", "orders"),
        Index("ix_timeline_order", "org_id", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    payment_id: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(254), default="gatehouse")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class AuditEntry(OrgScoped, Model):
    """Who did what, when, from where. Rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_org", "org_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(120))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str | None] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class IdempotencyKey(OrgScoped, Model):
    """One `Idempotency-Key` of one provider for one call: whom it is bound to, what we said."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("org_id", "provider_id", "call", "key"),
        owned_by("provider_id", "providers"),
        Index("ix_idempotency_keys_created", "created_at"),
    )
    ID_PREFIX = "idk"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40))
    call: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str | None] = mapped_column(String(40))
    status_code: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
