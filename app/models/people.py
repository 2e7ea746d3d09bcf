"""Organizations, the people in them, and their roles."""

from enum import StrEnum

from sqlalchemy import Boolean, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, Stamped, refers_to

__all__ = ["Membership", "Organization", "Role", "User"]


class Role(StrEnum):
    owner = "owner"
    admin = "admin"
    member = "member"
    viewer = "viewer"


class Organization(Stamped, Model):
    """A merchant: the tenant that everything else belongs to."""

    __tablename__ = "organizations"
    ID_PREFIX = "org"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    default_currency: Mapped[str | None] = mapped_column(String(3))
    # False for organizations that signed themselves up, until the operator lets them.
    uses_platform_credentials: Mapped[bool] = mapped_column(Boolean, default=True)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class User(Stamped, Model):
    """A person who signs in."""

    __tablename__ = "users"
    ID_PREFIX = "usr"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Membership(Stamped, Model):
    """One person's role in one organization."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"),)
    ID_PREFIX = "mem"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(40), refers_to("organizations"))
    user_id: Mapped[str] = mapped_column(String(40), refers_to("users"), index=True)
    role: Mapped[str] = mapped_column(String(10), default=Role.owner)
