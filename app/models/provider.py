"""Providers: the outside platforms that call our API; their keys and their webhook endpoints."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, UniqueConstraint
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

__all__ = ["SCOPES", "ApiKey", "LatePolicy", "Provider", "WebhookEndpoint"]

SCOPES = ("payments", "refunds", "payouts")


class LatePolicy(StrEnum):
    """What happens to money that arrives after the order expired."""

    accept = "accept"
    refund = "refund"
    hold = "hold"


class Provider(OrgScoped, Stamped, Model):
    """A platform that asks for payments with its own key and settings."""

    __tablename__ = "providers"
    __table_args__ = (own(), UniqueConstraint("org_id", "slug"))
    ID_PREFIX = "prv"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(120))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    payment_gateway: Mapped[str | None] = mapped_column(String(20))
    use_own_credentials: Mapped[bool] = mapped_column(Boolean, default=False)
    success_url: Mapped[str | None] = mapped_column(String(2048))
    cancel_url: Mapped[str | None] = mapped_column(String(2048))
    # Gateways that may take over, in this order, when the provider's own is down.
    fallback_gateways: Mapped[list[str]] = mapped_column(JSON, default=list)
    late_policy: Mapped[str] = mapped_column(String(10), default=LatePolicy.accept)


class ApiKey(OrgScoped, Stamped, Model):
    """What is known about a key after it was shown once; its digest is a door."""

    __tablename__ = "api_keys"
    __table_args__ = (own(), owned_by("provider_id", "providers"))
    ID_PREFIX = "key"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40), index=True)
    prefix: Mapped[str] = mapped_column(String(20))
    last_four: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookEndpoint(OrgScoped, Stamped, Model):
    """Where a provider wants to be told, and the secrets that sign what we tell."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        own(),
        owned_by("provider_id", "providers"),
        Index("ix_webhook_endpoints_provider", "org_id", "provider_id"),
    )
    ID_PREFIX = "whe"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(String(2048))
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[Sealed] = mapped_column(EncryptedType)
    previous_secret: Mapped[Sealed | None] = mapped_column(EncryptedType)
    previous_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # owners, of this failing
