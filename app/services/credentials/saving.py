"""Saving what was typed, and what may be shown of it afterwards. Parts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from app.extensions import changed, db, insert_once
from app.kit import clock
from app.kit.crypto import Sealed, looks_sealed
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import CredentialNote, IntegrationConfig, ProviderCredentials
from app.registry import Field, spec
from app.services import inbound_endpoints, records, versions
from app.services.credentials.replaced import event_secret, keep_for_a_while
from app.services.credentials.scopes import Scope
from app.services.credentials.sealing import seal

__all__ = ["mask", "note", "save"]

# What every key of a kind begins with says nothing about the key.
_NAMED = re.compile(r"(?:[srp]k_(?:live|test)_|whsec_|provider_|re_)")


@dataclass(frozen=True)
class _Row:
    """Where a scope's values for one service lie."""

    model: type[Any]
    owner: str
    service: str
    keys: Mapping[str, str]

    @property
    def place(self) -> dict[str, str]:
        table: str = self.model.__tablename__
        return {"table": table, "owner": self.owner, "service": self.service}


def save(
    service: str,
    scope: Scope,
    values: Mapping[str, str],
    *,
    removed: Sequence[str] = (),
    actor: str,
    seen: str | None = None,
) -> None:
    """Store typed values (a part): secrets sealed, blank ones kept as they are, `removed` ones
    forgotten. `seen` is the version of what they were typed over.

    Raises Refused for a public value that pretends to be an envelope, Conflict `saved_meanwhile`.
    """
    where, service_spec = _row_of(service, scope), spec(service)
    row = _locked(where, seen)
    config = dict(row.config)
    for one in service_spec.fields:
        if typed := (values.get(one.name) or "").strip():
            config[one.name] = _stored_as(where, one, typed, config.get(one.name), actor)
        elif one.name in removed:
            config.pop(one.name, None)
    gone = sorted(set(row.config) - set(config))
    told = {"fields": sorted(one for one in config if config[one] != row.config.get(one))}
    row.config = config
    _forget(where, gone)
    if service_spec.gateway:
        inbound_endpoints.ensure(service, scope.kind, scope.owner)
    records.audit(
        "credentials.saved",
        actor=actor,
        subject=f"{service} of {scope.kind} {scope.owner}",
        **(told | {"removed": gone} if gone else told),
    )


def _row_of(service: str, scope: Scope) -> _Row:
    if scope.kind == "provider":
        keys = {"provider_id": scope.owner, "service": service}
        return _Row(ProviderCredentials, f"provider:{scope.owner}", service, keys)
    return _Row(IntegrationConfig, scope.owner, service, {"service": service})


def _locked(where: _Row, seen: str | None) -> Any:
    """The row as it was seen, made where there is none."""
    made, now = where.model(config={}, **where.keys), clock.now()
    stamps = {"created_at": now, "updated_at": now}
    is_new = insert_once(where.model, id=made.id, config={}, **stamps, **where.keys)
    query = select(where.model).filter_by(**where.keys).with_for_update()
    row = db.session.scalars(query).one()
    versions.must_be(seen, None if is_new else row.updated_at)
    return row


def _stored_as(where: _Row, field: Field, typed: str, before: object, actor: str) -> Sealed | str:
    if not field.is_secret:
        if looks_sealed(typed):
            raise Refused(
                f"{field.label} cannot start like that", "invalid_field", field=field.name
            )
        return typed
    made = note(where.owner, where.service, field.name, typed, actor=actor, org_id=current_org())
    if isinstance(before, Sealed) and field.name == event_secret(spec(where.service)):
        keep_for_a_while(made, before, where.place)
    return seal(typed, **where.place, field=field.name)


def _forget(where: _Row, names: Sequence[str]) -> None:
    """What was removed counts no more, its predecessor neither."""
    changed(
        delete(CredentialNote).where(
            CredentialNote.owner == where.owner,
            CredentialNote.service == where.service,
            CredentialNote.field.in_(names),
        )
    )


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
