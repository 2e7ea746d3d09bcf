"""The row in which a scope's values for one service lie. Parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db, insert_once
from app.kit import clock
from app.models import IntegrationConfig, ProviderCredentials
from app.services import versions
from app.services.credentials.scopes import Scope, Stored

__all__ = ["Row", "locked", "row_of"]


@dataclass(frozen=True)
class Row:
    """Where a scope's values for one service lie."""

    model: type[Any]
    owner: str
    service: str
    keys: Mapping[str, str]
    scope: Scope

    @property
    def place(self) -> dict[str, str]:
        table: str = self.model.__tablename__
        return {"table": table, "owner": self.owner, "service": self.service}

    def holding(self, config: Mapping[str, Any]) -> Stored:
        """The same place with these values in it."""
        table = self.model.__tablename__
        return Stored(self.scope, self.service, table, self.owner, dict(config))


def row_of(service: str, scope: Scope) -> Row:
    """Where an organization's or a provider's values lie."""
    if scope.kind == "provider":
        keys = {"provider_id": scope.owner, "service": service}
        return Row(ProviderCredentials, f"provider:{scope.owner}", service, keys, scope)
    return Row(IntegrationConfig, scope.owner, service, {"service": service}, scope)


def locked(where: Row, seen: str | None = None) -> Any:
    """The row, made where there is none.

    Raises Conflict `saved_meanwhile` when it is not the version that was `seen`, on which the
    caller's decision rests.
    """
    made, now = where.model(config={}, **where.keys), clock.now()
    stamps = {"created_at": now, "updated_at": now}
    is_new = insert_once(where.model, id=made.id, config={}, **stamps, **where.keys)
    query = select(where.model).filter_by(**where.keys).with_for_update()
    row = db.session.scalars(query).one()
    versions.must_be(seen, None if is_new else row.updated_at)
    return row
