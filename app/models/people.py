"""Organizations, the people in them, their roles, and where they are signed in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.crypto import Sealed
from app.models.base import JSON, EncryptedType, Model, Stamped, UtcDateTime, refers_to

__all__ = ["Identity", "Membership", "Organization", "Role", "Throttle", "User", "UserSession"]


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
    accent: Mapped[str | None] = mapped_column(String(7))  # like #27346b
    support_email: Mapped[str | None] = mapped_column(String(254))  # shown to customers
    # Kinds of letters to customers that are switched on; none until somebody does.
    customer_letters: Mapped[list[str]] = mapped_column(JSON, default=list)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # deleted; its books stay


class User(Stamped, Model):
    """A person who signs in."""

    __tablename__ = "users"
    ID_PREFIX = "usr"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by a link in a mail
    name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp: Mapped[Sealed | None] = mapped_column(EncryptedType)
    totp_step: Mapped[int | None] = mapped_column(Integer)  # of the last code that was used
    recovery: Mapped[list[str]] = mapped_column(JSON, default=list)  # digests of unused codes
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    locale: Mapped[str | None] = mapped_column(String(10))  # of pages; None as the browser says
    timezone: Mapped[str | None] = mapped_column(String(64))  # an IANA name
    shortcuts: Mapped[bool] = mapped_column(Boolean, default=True)  # of the keyboard


class Identity(Stamped, Model):
    """Who a person is at another company, which they sign in with instead of a password."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("company", "subject"),
        UniqueConstraint("user_id", "company"),
    )
    ID_PREFIX = "idn"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(40), refers_to("users"))
    company: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(255))  # never renamed, never given anew
    email: Mapped[str] = mapped_column(String(254))  # as it was then; to tell accounts apart


class Membership(Stamped, Model):
    """One person's role in one organization."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"),)
    ID_PREFIX = "mem"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(40), refers_to("organizations"))
    user_id: Mapped[str] = mapped_column(String(40), refers_to("users"), index=True)
    role: Mapped[str] = mapped_column(String(10), default=Role.owner)
    setup_hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the list on Home
    notices_read: Mapped[str | None] = mapped_column(String(40))  # up to this one, all are
    saved_filters: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # of orders


class UserSession(Stamped, Model):
    """One browser in which a person is signed in; the cookie holds the secret, we its digest."""

    __tablename__ = "sessions"
    ID_PREFIX = "ses"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(40), refers_to("users"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The organization this browser works for; None until the person belongs to one.
    organization_id: Mapped[str | None] = mapped_column(String(40), refers_to("organizations"))
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)  # password or code given last
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Throttle(Model):
    """How often something was tried in a window of time, counted for all processes together."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # a digest: no address in it
    count: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
