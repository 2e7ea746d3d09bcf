"""Looking into the audit log. Reads only: nothing changes or removes what is in it."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.extensions import reading
from app.models import AuditEntry, Provider, Seller, WebhookEndpoint

__all__ = ["names_in", "page"]

_ID = re.compile(r"\b(?:prv|whe|sel)_\w+")


def page(before: int | None = None, limit: int = 50) -> tuple[Sequence[AuditEntry], int | None]:
    """Entries of the current organization, newest first, and where the next page starts."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    with reading() as session:
        found: Sequence[AuditEntry] = session.scalars(query).all()
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


def names_in(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """What the ids that entries are about are called by now: a provider's or seller's name,
    an endpoint's address. What is gone has no name."""
    ids = {one for entry in entries for one in _ID.findall(entry.subject or "")}
    with reading() as session:
        named = session.execute(select(Provider.id, Provider.name).where(Provider.id.in_(ids)))
        found: dict[str, str] = {row.id: row.name for row in named}
        sellers = session.execute(select(Seller.id, Seller.name).where(Seller.id.in_(ids)))
        found.update((row.id, row.name) for row in sellers)
        told = select(WebhookEndpoint.id, WebhookEndpoint.url).where(WebhookEndpoint.id.in_(ids))
        found.update((row.id, row.url) for row in session.execute(told))
    return found
