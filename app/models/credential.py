"""Stored credentials: an organization's integrations and a provider's own, and notes on values."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.kit.crypto import Sealed
from app.models.base import (
    EncryptedType,
    Model,
    OrgScoped,
    Stamped,
    UtcDateTime,
    own,
    owned_by,
    refers_to,
)

__all__ = ["CredentialNote", "InboundEndpoint", "IntegrationConfig", "ProviderCredentials"]


class IntegrationConfig(OrgScoped, Stamped, Model):
    """One organization's saved values for one service."""

    __tablename__ = "integration_config"
    __table_args__ = (UniqueConstraint("organization_id", "provider"),)
    ID_PREFIX = "int"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    # The column names are the source documents'; `service` is what the code calls it.
    org_id: Mapped[str] = mapped_column(
        "organization_id",
        String(40),
        refers_to("organizations"),
    )
    service: Mapped[str] = mapped_column("provider", String(20))
    config: Mapped[dict[str, Any]] = mapped_column(EncryptedType(mapping=True))

    owner: Mapped[str] = synonym("org_id")


class ProviderCredentials(OrgScoped, Stamped, Model):
    """One provider's own values for one service."""

    __tablename__ = "provider_credentials"
    __table_args__ = (
        owned_by("provider_id", "providers"),
        UniqueConstraint("provider_id", "service"),
    )
    ID_PREFIX = "pcr"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40))
    service: Mapped[str] = mapped_column(String(20))
    config: Mapped[dict[str, Any]] = mapped_column(EncryptedType(mapping=True))

    @property
    def owner(self) -> str:
        return f"provider:{self.provider_id}"


class CredentialNote(OrgScoped, Stamped, Model):
    """What may be shown of a stored value without opening it."""

    __tablename__ = "credential_notes"
    __table_args__ = (UniqueConstraint("org_id", "owner", "service", "field"),)
    ID_PREFIX = "cno"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(60))
    service: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(40))
    masked: Mapped[str] = mapped_column(String(40))
    set_by: Mapped[str | None] = mapped_column(String(254))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What the company said of the keys this value is one of: accepted when, for which account, or
    # refused when. Nothing until it was asked.
    account: Mapped[str | None] = mapped_column(String(120))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What was replaced, until that moment: an event secret that still opens what was signed with
    # it, or all keys as they were before, to go back to.
    previous: Mapped[Sealed | None] = mapped_column(EncryptedType)
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_masked: Mapped[str | None] = mapped_column(String(40))
    previous_account: Mapped[str | None] = mapped_column(String(120))


class InboundEndpoint(OrgScoped, Stamped, Model):
    """The address at which one scope's gateway calls us; its token is a door."""

    __tablename__ = "inbound_endpoints"
    __table_args__ = (own(), UniqueConstraint("org_id", "scope_kind", "scope_owner", "gateway"))
    ID_PREFIX = "ine"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20))
    scope_kind: Mapped[str] = mapped_column(String(12))
    scope_owner: Mapped[str] = mapped_column(String(40))
    token: Mapped[str] = mapped_column(String(32))
    registered_url: Mapped[str | None] = mapped_column(String(2048))
    # Noted at most once a minute each: the last call that was believed, the last that was not.
    last_event_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_status: Mapped[int | None] = mapped_column(Integer)  # what it was answered
    # How it was registered there when somebody last looked.
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    check_state: Mapped[str | None] = mapped_column(String(20))


Index("ix_provider_credentials_lookup", ProviderCredentials.org_id, ProviderCredentials.provider_id)
