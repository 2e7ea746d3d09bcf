"""Which state of a stored thing somebody saw, so that a save does not undo what was saved since."""

from datetime import datetime

from app.kit.errors import Conflict

__all__ = ["NEVER_SAVED", "must_be", "must_match", "version_of"]

NEVER_SAVED = "never-saved"


def version_of(updated_at: datetime | None) -> str:
    """The version of a row that was last changed then; None where there is no row yet."""
    return updated_at.isoformat() if updated_at else NEVER_SAVED


def must_be(seen: str | None, updated_at: datetime | None) -> None:
    """Compare what was seen with a row that is locked (a part); nothing seen asks for nothing.

    Raises Conflict `saved_meanwhile`.
    """
    must_match(seen, version_of(updated_at))


def must_match(seen: str | None, version: str) -> None:
    """Compare what was seen with a version; nothing seen asks for nothing.

    Raises Conflict `saved_meanwhile`.
    """
    if seen and seen != version:
        raise Conflict("Somebody saved this meanwhile", "saved_meanwhile")
