"""Looking at logos. Reads."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from app.extensions import reading
from app.kit.errors import NotFound
from app.models import Logo, Order
from app.services.logos import keepers

__all__ = ["of", "of_owner", "read", "shown", "with_logos"]

_OWN = aliased(Logo, name="own")


def of(provider_id: str | None = None) -> Logo | None:
    """The logo of a provider, or of the current organization itself."""
    query = select(Logo).where(of_owner(provider_id))
    with reading() as session:
        found: Logo | None = session.scalars(query).one_or_none()
    return found


def of_owner(provider_id: str | None) -> ColumnElement[bool]:
    """What is true of that one logo among those of the current organization."""
    return Logo.provider_id.is_(None) if provider_id is None else Logo.provider_id == provider_id


def with_logos(query: Select[*tuple[Any, ...]]) -> Any:
    """A query of orders, with what `shown` makes the logo of: no statement more for a page."""
    return (
        query.add_columns(Logo, _OWN)
        .outerjoin(Logo, and_(Logo.org_id == Order.org_id, Logo.provider_id == Order.provider_id))
        .outerjoin(_OWN, and_(_OWN.org_id == Order.org_id, _OWN.provider_id.is_(None)))
    )


def shown(row: Any) -> Logo | None:
    """The logo that an order's customer sees: its provider's, else the organization's."""
    found: Logo | None = row.Logo or row.own
    return found


def read(ref: str) -> bytes:
    """A picture that we serve ourselves. Raises NotFound."""
    try:
        return keepers.disk().read(ref)
    except LookupError as error:
        raise NotFound("No such picture") from error
