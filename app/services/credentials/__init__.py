"""Whose credentials: where they are stored, how they are opened, and who may use which."""

from app.services.credentials.kept import Kept, Tried, drop, go_back, kept_by, open_kept, replaced
from app.services.credentials.notes import mask, note
from app.services.credentials.opening import complete, open_all, open_keys, open_stored, stored
from app.services.credentials.replaced import open_for_events
from app.services.credentials.saving import save
from app.services.credentials.scopes import PLATFORM, Scope, Stored
from app.services.credentials.sealing import open_field, seal
from app.services.credentials.verdicts import note_accepted, note_refused, noted_account

__all__ = [
    "PLATFORM",
    "Kept",
    "Scope",
    "Stored",
    "Tried",
    "complete",
    "drop",
    "go_back",
    "kept_by",
    "mask",
    "note",
    "note_accepted",
    "note_refused",
    "noted_account",
    "open_all",
    "open_field",
    "open_for_events",
    "open_kept",
    "open_keys",
    "open_stored",
    "replaced",
    "save",
    "seal",
    "stored",
]
