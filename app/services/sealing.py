"""Looking after sealed values in bulk: seal what is plaintext, prove that everything opens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.crypto import CannotOpen, Sealed
from app.kit.tenancy import across_organizations
from app.models import IntegrationConfig, ProviderCredentials, WebhookEndpoint
from app.registry import services, spec
from app.services import credentials

__all__ = ["Verified", "seal_plaintext", "verify"]


@dataclass
class Verified:
    """How many values opened, and where those lie that did not."""

    opened: int = 0
    closed: list[str] = field(default_factory=list)


def seal_plaintext() -> int:
    """Seal every secret that lies in plaintext (a step); how many there were."""
    count = 0
    with across_organizations("the operator seals every row"), transaction():
        for row in _configs(lock=True):
            config = dict(row.config)
            for one in spec(row.service).fields:
                value = config.get(one.name)
                if one.is_secret and isinstance(value, str) and value:
                    config[one.name] = credentials.seal(value, **_place(row, one.name))
                    count += 1
            row.config = config
    return count


def verify() -> Verified:
    """Open every sealed value there is."""
    found = Verified()
    with across_organizations("the operator verifies every row"), reading() as session:
        places = list(_sealed_values(session))
    for sealed, place in places:
        try:
            credentials.open_field(sealed, **place)
            found.opened += 1
        except CannotOpen as error:
            found.closed.append(f"{place['table']} {place['owner']} {place['field']}: {error}")
    return found


def _sealed_values(session: Any) -> Iterator[tuple[Sealed, dict[str, str]]]:
    for row in _configs():
        for name, value in row.config.items():
            if isinstance(value, Sealed):
                yield value, _place(row, name)
    for endpoint in session.scalars(select(WebhookEndpoint)):
        place = {
            "table": "webhook_endpoints",
            "owner": endpoint.id,
            "service": "webhook",
            "field": "secret",
        }
        for value in (endpoint.secret, endpoint.previous_secret):
            if value is not None:
                yield value, place


def _configs(*, lock: bool = False) -> Iterator[Any]:
    for model in (IntegrationConfig, ProviderCredentials):
        query: Any = select(model).where(model.service.in_(list(services())))
        yield from db.session.scalars(query.with_for_update() if lock else query).all()


def _place(row: Any, field_name: str) -> dict[str, str]:
    return {
        "table": row.__tablename__,
        "owner": row.owner,
        "service": row.service,
        "field": field_name,
    }
