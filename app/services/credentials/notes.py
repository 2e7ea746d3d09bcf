"""What may be shown of a stored value without opening it. Parts, but for `mask`."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, select

from app.extensions import changed, db
from app.kit import clock
from app.models import CredentialNote
from app.registry import spec
from app.services.credentials.scopes import Stored

__all__ = ["forget", "mask", "note", "notes_on_keys", "place_of"]

# What every key of a kind begins with says nothing about the key.
_NAMED = re.compile(r"(?:[srp]k_(?:live|test)_|whsec_|provider_|re_)")


def mask(secret: str) -> str:
    """`sk_live...1234`; dots for anything shorter than 12. Where no known beginning makes it long,
    never more than half is shown."""
    if len(secret) < 12:
        return "••••"
    named = _NAMED.match(secret)
    shown = 7 if named or len(secret) >= 22 else len(secret) // 2 - 4
    return f"{secret[:shown]}...{secret[-4:]}"


def note(
    owner: str, service: str, field_name: str, secret: str, *, actor: str, org_id: str
) -> CredentialNote:
    """Keep what may be shown of a value that was just sealed (a part)."""
    keys = {"org_id": org_id, "owner": owner, "service": service, "field": field_name}
    found = db.session.scalars(select(CredentialNote).filter_by(**keys)).one_or_none()
    made = found or CredentialNote(**keys)
    made.masked, made.set_by, made.set_at = mask(secret), actor, clock.now()
    db.session.add(made)
    return made


def forget(owner: str, service: str, names: Sequence[str]) -> None:
    """What was removed counts no more, its predecessor neither (a part)."""
    changed(
        delete(CredentialNote).where(
            CredentialNote.owner == owner,
            CredentialNote.service == service,
            CredentialNote.field.in_(names),
        )
    )


def notes_on_keys(found: Stored) -> list[CredentialNote]:
    """The notes on a scope's secret keys, in the catalogue's order; reads inside the caller's
    reading() or step."""
    names = [one.name for one in spec(found.service).keys if one.is_secret]
    query = select(CredentialNote).where(
        CredentialNote.owner == found.place_owner,
        CredentialNote.service == found.service,
        CredentialNote.field.in_(names),
    )
    return sorted(db.session.scalars(query), key=lambda one: names.index(one.field))


def place_of(one: CredentialNote) -> dict[str, str]:
    """Where the predecessor beside a note is sealed."""
    return {
        "table": CredentialNote.__tablename__,
        "owner": one.id,
        "service": one.service,
        "field": one.field,
    }
