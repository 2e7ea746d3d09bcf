"""Looking after sealed values in bulk: seal what is plaintext, prove that everything opens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, settings, transaction
from app.kit.crypto import CannotOpen, Sealed
from app.kit.tenancy import across_organizations
from app.models import (
    CredentialNote,
    InboundEvent,
    IntegrationConfig,
    ProviderCredentials,
    User,
    WebhookEndpoint,
)
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
            for name, value in _plain_secrets(row):
                config[name] = credentials.seal(value, **_place(row, name))
                credentials.note(
                    row.owner, row.service, name, value, actor="keys seal", org_id=row.org_id
                )
                count += 1
            row.config = config
    return count


def verify() -> Verified:
    """Open every sealed value there is; in production plaintext counts as one that does not."""
    found = Verified()
    with across_organizations("the operator verifies every row"), reading() as session:
        places = list(_sealed_values(session))
    for value, place in places:
        try:
            if isinstance(value, str):
                raise CannotOpen("plaintext")
            credentials.open_field(value, **place)
            found.opened += 1
        except CannotOpen as error:
            found.closed.append(f"{place['table']} {place['owner']} {place['field']}: {error}")
    return found


def _sealed_values(session: Any) -> Iterator[tuple[Sealed | str, dict[str, str]]]:
    for row in _configs():
        for name, value in row.config.items():
            if isinstance(value, Sealed):
                yield value, _place(row, name)
        if settings().is_production:
            for name, value in _plain_secrets(row):
                yield value, _place(row, name)
    for endpoint in session.scalars(select(WebhookEndpoint)):
        place = _place_of("webhook_endpoints", endpoint.id, "webhook", "secret")
        for value in (endpoint.secret, endpoint.previous_secret):
            if value is not None:
                yield value, place
    for user in session.scalars(select(User).where(User.totp.is_not(None))):
        yield user.totp, _place_of("users", user.id, "totp", "totp")
    for note in session.scalars(select(CredentialNote).where(CredentialNote.previous.is_not(None))):
        place = _place_of("credential_notes", note.id, note.service, note.field)
        yield note.previous, place
    for event in session.execute(select(InboundEvent.id, InboundEvent.gateway, InboundEvent.body)):
        yield event.body, _place_of("inbound_events", event.id, event.gateway, "body")


def _plain_secrets(row: Any) -> Iterator[tuple[str, str]]:
    for one in spec(row.service).fields:
        value = row.config.get(one.name)
        if one.is_secret and isinstance(value, str) and value:
            yield one.name, value


def _configs(*, lock: bool = False) -> Iterator[Any]:
    for model in (IntegrationConfig, ProviderCredentials):
        query: Any = select(model).where(model.service.in_(list(services())))
        yield from db.session.scalars(query.with_for_update() if lock else query).all()


def _place(row: Any, field_name: str) -> dict[str, str]:
    return _place_of(row.__tablename__, row.owner, row.service, field_name)


def _place_of(table: str, owner: str, service: str, field_name: str) -> dict[str, str]:
    return {"table": table, "owner": owner, "service": service, "field": field_name}
