"""Calls in and calls out: what gateways told us, what we tell providers, and each try."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.crypto import Sealed
from app.models.base import (
    JSON,
    EncryptedType,
    Model,
    OrgScoped,
    Stamped,
    UtcDateTime,
    own,
    owned_by,
)

__all__ = ["About", "Attempt", "Delivery", "DeliveryStatus", "Event", "EventType", "InboundEvent"]


class EventType(StrEnum):
    payment_succeeded = "payment_succeeded"
    payment_failed = "payment_failed"
    payment_refunded = "payment_refunded"
    payment_cancelled = "payment_cancelled"
    payment_expired = "payment_expired"
    escrow_held = "escrow_held"
    escrow_released = "escrow_released"
    escrow_disputed = "escrow_disputed"
    payout_paid = "payout_paid"
    payout_failed = "payout_failed"
    ping = "ping"


class About(StrEnum):
    """What a gateway's call is about; `gateway_ref` is their id of it."""

    payment = "payment"
    transfer = "transfer"  # of a payment's money to a seller
    seller = "seller"
    payout = "payout"  # of a seller


class InboundEvent(OrgScoped, Stamped, Model):
    """A verified call of a gateway about a payment or a seller of ours, stored before it is
    believed."""

    __tablename__ = "inbound_events"
    __table_args__ = (
        own(),
        owned_by("payment_id", "payments"),
        owned_by("seller_id", "sellers"),
        CheckConstraint("(payment_id IS NULL) <> (seller_id IS NULL)", name="concerns_one"),
        UniqueConstraint("gateway", "scope_kind", "scope_owner", "external_id"),
        Index("ix_inbound_events_created", "created_at"),
        Index("ix_inbound_events_payment", "org_id", "payment_id"),
    )
    ID_PREFIX = "iev"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20))
    scope_kind: Mapped[str] = mapped_column(String(12))
    scope_owner: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(12), default=About.payment)
    payment_id: Mapped[str | None] = mapped_column(String(40))
    seller_id: Mapped[str | None] = mapped_column(String(40))
    gateway_ref: Mapped[str | None] = mapped_column(String(120))
    body: Mapped[Sealed] = mapped_column(EncryptedType)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # where we cannot ask
    note: Mapped[str | None] = mapped_column(String(300))  # a remark for the timeline
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Event(OrgScoped, Stamped, Model):
    """Something that happened to an order, in the exact bytes that are signed and sent."""

    __tablename__ = "events"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        owned_by("provider_id", "providers"),
        UniqueConstraint("order_id", "sequence"),
    )
    ID_PREFIX = "evt"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str | None] = mapped_column(String(40))
    provider_id: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int | None] = mapped_column(Integer)
    payload: Mapped[str] = mapped_column(Text)


class DeliveryStatus(StrEnum):
    pending = "pending"
    succeeded = "succeeded"
    failed = "failed"  # given up
    paused = "paused"  # the endpoint is disabled
    cancelled = "cancelled"  # the endpoint is gone


class Delivery(OrgScoped, Stamped, Model):
    """One event to one endpoint, over all its tries."""

    __tablename__ = "deliveries"
    __table_args__ = (
        own(),
        owned_by("event_id", "events"),
        owned_by("endpoint_id", "webhook_endpoints"),
        UniqueConstraint("event_id", "endpoint_id"),
        Index("ix_deliveries_org", "org_id", "id"),
        Index("ix_deliveries_order", "org_id", "order_id"),
        owned_by("replay_id", "webhook_replays"),
        Index("ix_deliveries_endpoint", "org_id", "endpoint_id", "status", "id"),
        Index(
            "ix_deliveries_replay",
            "org_id",
            "replay_id",
            postgresql_where=text("replay_id IS NOT NULL"),
            sqlite_where=text("replay_id IS NOT NULL"),
        ),
    )
    ID_PREFIX = "dlv"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(40))
    endpoint_id: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12), default=DeliveryStatus.pending)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status_code: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(String(40))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replay_id: Mapped[str | None] = mapped_column(String(40))  # the last that sent it once more


class Attempt(OrgScoped, Model):
    """One POST. Written before it is sent, so that a crash shows as one without an end."""

    __tablename__ = "attempts"
    __table_args__ = (own(), owned_by("delivery_id", "deliveries"))
    ID_PREFIX = "att"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[int] = mapped_column(Integer)
    trigger: Mapped[str] = mapped_column(String(10), default="schedule")  # manual, replay
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status_code: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(12))
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    request_headers: Mapped[dict[str, str] | None] = mapped_column(JSON)
    response_headers: Mapped[dict[str, str] | None] = mapped_column(JSON)
    response_body: Mapped[str | None] = mapped_column(Text)
