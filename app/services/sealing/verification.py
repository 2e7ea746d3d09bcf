"""Proving that everything opens."""

from dataclasses import dataclass, field

from sqlalchemy import select

from app.kit.crypto import CannotOpen
from app.services.sealing.places import COLUMNS, batches

__all__ = ["Verified", "verify"]


@dataclass
class Verified:
    """How many values opened, and where those lie that did not."""

    opened: int = 0
    closed: list[str] = field(default_factory=list)


def verify() -> Verified:
    """Open every sealed value there is; in production plaintext counts as one that does not."""
    found = Verified()
    for column in COLUMNS:
        for rows in batches(column, select(column.model)):
            for value in (value for (row,) in rows for value in column.values(row)):
                try:
                    value.open()
                    found.opened += 1
                except CannotOpen as error:
                    found.closed.append(f"{value}: {error}")
    return found
