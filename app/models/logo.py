"""Logos: one of an organization, and one of each of its providers that has its own."""

from sqlalchemy import Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, OrgScoped, Stamped, own, owned_by

__all__ = ["Logo"]


class Logo(OrgScoped, Stamped, Model):
    """One picture and where it is kept. The row says with whose account it was kept, because with
    that one it is deleted."""

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
    keeper: Mapped[str] = mapped_column(String(20))  # disk or imagekit
    scope_kind: Mapped[str] = mapped_column(String(20))  # whose account; empty for our disk
    ref: Mapped[str] = mapped_column(String(200))  # the keeper's name for it
    url: Mapped[str] = mapped_column(String(2048), default="")  # empty: browsers get it from us
    width: Mapped[int] = mapped_column(Integer)  # pixels
    height: Mapped[int] = mapped_column(Integer)
