"""How a person wants pages to be: language, time zone, shortcuts of the keyboard."""

from dataclasses import dataclass

from sqlalchemy import select, update

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.kit.zones import zones
from app.models import User

__all__ = ["Preferences", "change", "of"]


@dataclass(frozen=True)
class Preferences:
    """What a person chose; empty is as their browser says."""

    locale: str = ""
    timezone: str = ""
    shortcuts: bool = True


def of(user_id: str) -> Preferences:
    """What a person chose so far."""
    query = select(User.locale, User.timezone, User.shortcuts).where(User.id == user_id)
    with reading() as session:
        row = session.execute(query).one()
    return Preferences(row.locale or "", row.timezone or "", row.shortcuts)


def change(user_id: str, wanted: Preferences) -> None:
    """Keep what a person chose (a step). Raises Refused for a time zone there is not."""
    if wanted.timezone and wanted.timezone not in zones():
        raise Refused("There is no such time zone", "invalid_field", field="timezone")
    values = {
        "locale": wanted.locale or None,
        "timezone": wanted.timezone or None,
        "shortcuts": wanted.shortcuts,
    }
    with transaction():
        db.session.execute(update(User).where(User.id == user_id).values(**values))
