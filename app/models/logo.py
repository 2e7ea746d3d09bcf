"""Logos: one of an organization, and one of each of its providers that has its own."""

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, OrgScoped, Stamped, own, owned_by
from app.models.kept import KeptPicture

__all__ = ["Logo"]


class Logo(KeptPicture, OrgScoped, Stamped, Model):
    """One picture and where it is kept."""

    __tablename__ = "logos"
    __table_args__ = (
        own(),
        owned_by("provider_id", "providers"),
        UniqueConstraint("org_id", "provider_id"),
        Index(
            "uq_logos_of_organization",
            "org_id",
            unique=True,
            postgresql_where=text("provider_id IS NULL"),
            sqlite_where=text("provider_id IS NULL"),
        ),
    )
    ID_PREFIX = "lgo"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str | None] = mapped_column(String(40))  # None: the organization's own
