"""Looking into the audit log. Reads only: nothing changes or removes what is in it."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import reading
from app.models import AuditEntry

__all__ = ["page"]


def page(before: int | None = None, limit: int = 50) -> tuple[Sequence[AuditEntry], int | None]:
    """Entries of the current organization, newest first, and where the next page starts."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    with reading() as session:
        found: Sequence[AuditEntry] = session.scalars(query).all()
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None
