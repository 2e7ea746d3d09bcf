"""Reading how services stand for the current organization, or one of its providers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, settings
from app.kit.errors import NotFound
from app.kit.tenancy import current_org
from app.models import CredentialNote, InboundEndpoint, Organization
from app.registry import Spec, services
from app.services import credentials, inbound_endpoints
from app.services.credentials import PLATFORM, Scope, Stored
from app.services.integrations.card import Card

__all__ = ["card", "cards", "find_spec", "own_scope", "uses_platform"]


def own_scope() -> Scope:
    """The current organization's own values."""
    return Scope("organization", current_org())


def find_spec(key: str) -> Spec:
    """A service of the catalogue. Raises NotFound."""
    if key not in services():
        raise NotFound("No such service")
    return services()[key]


def cards() -> list[Card]:
    """Every service of the catalogue, as it stands for the current organization."""
    scope = own_scope()
    with reading() as session:
        allowed = uses_platform()
        notes = session.scalars(
            select(CredentialNote).where(CredentialNote.owner == scope.owner)
        ).all()
        endpoints = {one.gateway: one for one in session.scalars(_endpoints(scope))}
        return [
            _card(spec, credentials.stored(key, scope), notes, allowed, endpoints.get(key))
            for key, spec in services().items()
        ]


def card(key: str, scope: Scope | None = None) -> Card:
    """One service for a scope, the organization's own by default. Raises NotFound."""
    spec = find_spec(key)
    scope = scope or own_scope()
    with reading() as session:
        found = credentials.stored(key, scope)
        notes = session.scalars(
            select(CredentialNote).where(
                CredentialNote.owner == found.place_owner, CredentialNote.service == key
            )
        ).all()
        endpoint = session.scalar(_endpoints(scope).where(InboundEndpoint.gateway == key))
        allowed = scope.kind == "organization" and uses_platform()
    return _card(spec, found, notes, allowed, endpoint)


def _endpoints(scope: Scope) -> Any:
    return select(InboundEndpoint).where(
        InboundEndpoint.scope_kind == scope.kind, InboundEndpoint.scope_owner == scope.owner
    )


def uses_platform() -> bool:
    """Whether the current organization may use the operator's values (a part, or reading)."""
    query = select(Organization.uses_platform_credentials).where(Organization.id == current_org())
    return bool(db.session.scalar(query))


def _card(
    spec: Spec,
    found: Stored,
    notes: Sequence[CredentialNote],
    allowed: bool,
    endpoint: InboundEndpoint | None,
) -> Card:
    own = {one.field: one for one in notes if one.service == spec.key and one.field in found.values}
    public = {
        one.name: str(found.values[one.name])
        for one in spec.fields
        if not one.is_secret and found.values.get(one.name)
    }
    if spec.gateway and spec.gateway.is_builtin:
        return Card(spec, "environment" if settings().sandbox_allowed else "none")
    url = inbound_endpoints.address(spec.key, endpoint.token) if endpoint else None
    if not found.is_empty:
        missing = tuple(spec.missing(found.values))
        return Card(
            spec,
            "own",
            public,
            own,
            missing,
            url,
            endpoint,
            _hears(spec, found),
            found.version,
            _registers(spec, found),
            bool(spec.gateway and spec.gateway.hears_with_payments(found.values)),
        )
    platform = credentials.stored(spec.key, PLATFORM)
    if allowed and not platform.is_empty:
        missing = tuple(spec.missing(platform.values))
        return Card(
            spec,
            "environment",
            missing=missing,
            has_event_secret=_hears(spec, platform),
            version=found.version,
        )
    return Card(spec, "none", public, own, (), url, endpoint, version=found.version)


def _hears(spec: Spec, found: Stored) -> bool:
    return not spec.event_secret or bool(found.values.get(spec.event_secret))


def _registers(spec: Spec, found: Stored) -> bool:
    """Addresses of providers are registered by hand: there is no button on their pages."""
    is_own = found.scope.kind == "organization"
    return bool(spec.gateway and spec.gateway.can_register(found.values) and is_own)
