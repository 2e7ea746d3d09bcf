"""Invitations: who may join an organization, in which role, until when."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.models.base import Model, OrgScoped, Stamped, UtcDateTime, own

__all__ = ["Invitation"]

_OPEN = text("accepted_at IS NULL AND revoked_at IS NULL")


class Invitation(OrgScoped, Stamped, Model):
    """A place in an organization that waits for one person, known by their e-mail address."""

    __tablename__ = "invitations"
    __table_args__ = (
        own(),
        Index(
            "uq_invitations_open",
            "org_id",
            "email",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )
    ID_PREFIX = "inv"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """True while it can be accepted."""
        return self.accepted_at is None and self.revoked_at is None and not self.is_old

    @property
    def is_old(self) -> bool:
        """True when its time is up; sending it again gives it more."""
        return self.expires_at <= clock.now()
