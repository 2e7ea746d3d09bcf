"""A gateway's event secret that was replaced goes on counting while it signs with both."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.adapters.gateways.base import Credentials
from app.extensions import db
from app.kit import clock
from app.kit.crypto import CannotOpen, Sealed
from app.models import CredentialNote
from app.registry import spec
from app.services.credentials.notes import mask, place_of
from app.services.credentials.opening import open_stored
from app.services.credentials.scopes import Stored
from app.services.credentials.sealing import open_field, seal

__all__ = ["OVERLAP", "keep_for_a_while", "open_for_events"]

OVERLAP = timedelta(hours=72)  # as long as gateways send an event again (Stripe: three days)


def keep_for_a_while(note: CredentialNote, before: Sealed, place: Mapping[str, str]) -> None:
    """Seal the replaced value anew, beside the note about its successor (a part)."""
    try:
        plain = open_field(before, **place, field=note.field)
    except CannotOpen:
        return
    note.previous, note.previous_masked = seal(plain, **place_of(note)), mask(plain)
    note.previous_until = clock.now() + OVERLAP


def open_for_events(found: Stored) -> Credentials:
    """As `open_stored`, with the predecessors of event secrets while they still count, each under
    its name and `.previous`; reads inside the caller's reading()."""
    opened = open_stored(found)
    notes = db.session.scalars(
        select(CredentialNote).where(
            CredentialNote.owner == found.place_owner,
            CredentialNote.service == found.service,
            CredentialNote.field.in_(spec(found.service).event_secrets),
            CredentialNote.previous_until > clock.now(),
        )
    )
    before = {f"{note.field}.previous": _previous(note) for note in notes}
    kept = {name: value for name, value in before.items() if value}
    return replace(opened, values={**opened.values, **kept})


def _previous(note: CredentialNote) -> str | None:
    """The replaced value; None where it does not open: what is signed with the secret of today can
    still be believed."""
    if note.previous is None:
        return None
    try:
        return open_field(note.previous, **place_of(note))
    except CannotOpen:
        return None
