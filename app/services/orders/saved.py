"""Filters of the list of orders that a person keeps by a name, in one organization."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import Membership

__all__ = ["LONGEST_NAME", "MOST", "SavedFilter", "forget", "keep", "kept_by"]

MOST = 20  # by one person in one organization
LONGEST_NAME = 40  # characters


@dataclass(frozen=True)
class SavedFilter:
    """A name, and the query of the list's address: days that are relative stay so."""

    name: str
    query: str


def kept_by(user_id: str) -> Sequence[SavedFilter]:
    """What a person has kept, in the order they kept it."""
    query = select(Membership.saved_filters).where(*_here(user_id))
    with reading() as session:
        return [SavedFilter(**one) for one in session.scalar(query) or ()]


def keep(user_id: str, wanted: SavedFilter) -> None:
    """Keep one; it takes the place of what had that name (a step). Raises Refused."""
    name = " ".join(wanted.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters", field="name")
    with transaction():
        row = _locked(user_id)
        kept = [one for one in row.saved_filters if one["name"].casefold() != name.casefold()]
        if len(kept) >= MOST:
            raise Refused(f"There are {MOST} already: forget one first", "too_many", field="name")
        row.saved_filters = [*kept, asdict(SavedFilter(name, wanted.query))]


def forget(user_id: str, name: str) -> None:
    """Keep one no more (a step); nothing happens where there is none."""
    with transaction():
        row = _locked(user_id)
        row.saved_filters = [one for one in row.saved_filters if one["name"] != name]


def _locked(user_id: str) -> Membership:
    query = select(Membership).where(*_here(user_id)).with_for_update()
    found: Membership = db.session.scalars(query).one()
    return found


def _here(user_id: str) -> tuple[Any, ...]:
    return (Membership.user_id == user_id, Membership.organization_id == current_org())
