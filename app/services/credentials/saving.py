"""Saving what was typed. Parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.kit.crypto import Sealed, looks_sealed
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.registry import Field, spec
from app.services import inbound_endpoints, records
from app.services.credentials.kept import Tried, keep, note_first, replaced
from app.services.credentials.notes import forget, note
from app.services.credentials.replaced import keep_for_a_while
from app.services.credentials.rows import Row, locked, row_of
from app.services.credentials.scopes import Scope, Stored
from app.services.credentials.sealing import seal

__all__ = ["save"]


def save(
    service: str,
    scope: Scope,
    values: Mapping[str, str],
    *,
    removed: Sequence[str] = (),
    actor: str,
    seen: str | None = None,
    tried: Tried | None = None,
) -> None:
    """Store typed values (a part): secrets sealed, blank ones kept as they are, `removed` ones
    forgotten. Keys that replace others were `tried`, or were not; those before are kept a while.

    Raises Refused for a public value that pretends to be an envelope, Conflict `saved_meanwhile`
    when what is stored is no longer the version the caller has `seen`.
    """
    where, service_spec = row_of(service, scope), spec(service)
    row = locked(where, seen)
    before, config = where.holding(row.config), dict(row.config)
    for one in service_spec.fields:
        if typed := (values.get(one.name) or "").strip():
            config[one.name] = _stored_as(where, one, typed, config.get(one.name), actor)
        elif one.name in removed:
            config.pop(one.name, None)
    told = _told(before.values, config)
    row.config = config
    forget(where.owner, service, told.get("removed", []))
    if service_spec.calls_us:
        inbound_endpoints.ensure(service, scope.kind, scope.owner)
    if new := replaced(before, values):
        told |= _rotated(before, new, tried)
    elif tried:
        note_first(where.holding(config), tried)
        told |= {"tried": True}
    subject = f"{service} of {scope.kind} {scope.owner}"
    records.audit("credentials.saved", actor=actor, subject=subject, **told)


def _rotated(before: Stored, new: Sequence[str], tried: Tried | None) -> dict[str, Any]:
    """Keep the keys before, and forget what was seen at what may be another account."""
    keep(before, new, tried)
    if tried is None or tried.is_other_account:
        inbound_endpoints.forget_check(before.service, before.scope.kind, before.scope.owner)
    told = {"replaced": sorted(new), "tried": tried is not None}
    return told | {"other_account": True} if tried and tried.is_other_account else told


def _told(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log says: fields, never values."""
    gone = sorted(set(before) - set(after))
    told: dict[str, Any] = {"fields": sorted(n for n in after if after[n] != before.get(n))}
    return told | {"removed": gone} if gone else told


def _stored_as(where: Row, field: Field, typed: str, before: object, actor: str) -> Sealed | str:
    if not field.is_secret:
        if looks_sealed(typed):
            raise Refused(
                f"{field.label} cannot start like that", "invalid_field", field=field.name
            )
        return typed
    made = note(where.owner, where.service, field.name, typed, actor=actor, org_id=current_org())
    if isinstance(before, Sealed) and spec(where.service).proves_calls(field.name):
        keep_for_a_while(made, before, where.place)
    return seal(typed, **where.place, field=field.name)
