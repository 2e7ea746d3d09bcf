"""Doors: from a secret somebody presents to the organization and the thing it opens."""

from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db, reading
from app.kit.tenancy import current_org
from app.kit.tokens import digest, matches
from app.models import Door, DoorKind
from app.models.door import lookup_part

__all__ = ["Opened", "cut", "open_door"]


@dataclass(frozen=True)
class Opened:
    """Where a secret leads."""

    org_id: str
    subject_id: str


def cut(kind: DoorKind, secret: str, subject_id: str) -> None:
    """Make a secret of the current organization open a door (a part)."""
    db.session.add(
        Door(
            kind=kind,
            lookup=lookup_part(kind, secret),
            secret_hash=digest(secret),
            org_id=current_org(),
            subject_id=subject_id,
        )
    )


def open_door(kind: DoorKind, secret: str) -> Opened | None:
    """Where `secret` leads, or None. The comparison takes the same time for any wrong one."""
    with reading() as session:
        rows = session.execute(
            select(Door.secret_hash, Door.org_id, Door.subject_id).where(
                Door.kind == kind, Door.lookup == lookup_part(kind, secret)
            )
        ).all()
    for row in rows:
        if matches(secret, row.secret_hash):
            return Opened(row.org_id, row.subject_id)
    return None
