"""A gateway's event secret that was replaced goes on counting while it signs with both."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app.adapters.gateways.base import Credentials
from app.extensions import db
from app.kit import clock
from app.kit.crypto import CannotOpen, Sealed
from app.models import CredentialNote
from app.registry import Spec, spec
from app.services.credentials.opening import open_stored
from app.services.credentials.scopes import Stored
from app.services.credentials.sealing import open_field, seal

__all__ = ["event_secret", "keep_for_a_while", "open_for_events"]

OVERLAP = timedelta(hours=72)  # as long as gateways send an event again (Stripe: three days)


def event_secret(service: Spec) -> str:
    """The field that holds the secret of a gateway's calls; empty where there is none."""
    return service.gateway.event_secret if service.gateway else ""


def keep_for_a_while(note: CredentialNote, before: Sealed, place: Mapping[str, str]) -> None:
    """Seal the replaced value anew, beside the note about its successor (a part)."""
    try:
        plain = open_field(before, **place, field=note.field)
    except CannotOpen:
        return
    note.previous = seal(plain, **_place(note))
    note.previous_until = clock.now() + OVERLAP


def open_for_events(found: Stored) -> Credentials:
    """As `open_stored`, with the event secret's predecessor while that still counts, under its
    name and `.previous`; reads inside the caller's reading()."""
    opened, name = open_stored(found), event_secret(spec(found.service))
    note = db.session.scalars(
        select(CredentialNote).where(
            CredentialNote.owner == found.place_owner,
            CredentialNote.service == found.service,
            CredentialNote.field == name,
            CredentialNote.previous_until > clock.now(),
        )
    ).one_or_none()
    if note is None or note.previous is None:
        return opened
    try:
        previous = open_field(note.previous, **_place(note))
    except CannotOpen:
        return opened  # what is signed with the secret of today can still be believed
    return Credentials({**opened.values, f"{name}.previous": previous}, opened.base_url)


def _place(note: CredentialNote) -> dict[str, str]:
    return {
        "table": CredentialNote.__tablename__,
        "owner": note.id,
        "service": note.service,
        "field": note.field,
    }
