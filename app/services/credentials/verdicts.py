"""What a company said of stored keys, noted beside them. Parts."""

from collections.abc import Sequence
from typing import Any

from app.kit import clock
from app.services.credentials.notes import notes_on_keys
from app.services.credentials.rows import locked, row_of
from app.services.credentials.scopes import Stored

__all__ = ["note_accepted", "note_refused", "noted_account"]


def noted_account(found: Stored) -> tuple[str, str]:
    """The account of the keys as noted when they were last accepted, and that of the keys before;
    empty where it is not known. Reads inside the caller's reading()."""
    notes = notes_on_keys(found)
    return (
        next((one.account for one in notes if one.account), "") or "",
        next((one.previous_account for one in notes if one.previous_account), "") or "",
    )


def note_accepted(found: Stored, account: str) -> None:
    """The company took these keys, which belong to this account (a part)."""
    for one in _notes_if_unchanged(found):
        one.account, one.verified_at, one.refused_at = account or None, clock.now(), None


def note_refused(found: Stored) -> None:
    """The company does not know these keys (a part)."""
    for one in _notes_if_unchanged(found):
        one.refused_at = clock.now()


def _notes_if_unchanged(found: Stored) -> Sequence[Any]:
    """Nothing is noted on keys that were replaced while the company was being asked."""
    row = locked(row_of(found.service, found.scope))
    return notes_on_keys(found) if row.config == found.values else []
