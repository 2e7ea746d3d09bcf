"""Whose credentials: where they are stored, how they are opened, and who may use which."""

from app.services.credentials.opening import open_stored, stored
from app.services.credentials.replaced import open_for_events
from app.services.credentials.saving import mask, note, save
from app.services.credentials.scopes import PLATFORM, Scope, Stored
from app.services.credentials.sealing import open_field, seal

__all__ = [
    "PLATFORM",
    "Scope",
    "Stored",
    "mask",
    "note",
    "open_field",
    "open_for_events",
    "open_stored",
    "save",
    "seal",
    "stored",
]
