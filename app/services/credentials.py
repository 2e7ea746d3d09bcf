"""Whose credentials: where they are stored, how they are opened, and who may use which.

Plaintext exists here and in an adapter's constructor, nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, select

from app.adapters.gateways.base import Credentials
from app.extensions import db, insert_once, keyring, settings
from app.kit import clock
from app.kit.crypto import CannotOpen, Place, Sealed, looks_sealed
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import CredentialNote, IntegrationConfig, ProviderCredentials
from app.registry import Spec, spec
from app.services import inbound_endpoints, records

__all__ = [
    "PLATFORM",
    "Scope",
    "Stored",
    "mask",
    "note",
    "open_field",
    "open_for_events",
    "open_stored",
    "save",
    "seal",
    "stored",
]


@dataclass(frozen=True)
class Scope:
    """Whose credentials a payment is made with: provider, organization or platform."""

    kind: str
    owner: str


PLATFORM = Scope("platform", "platform")
OVERLAP = timedelta(hours=72)  # as long as gateways send an event again (Stripe: three days)
# What every key of a kind begins with says nothing about the key.
_NAMED = re.compile(r"(?:[srp]k_(?:live|test)_|whsec_|provider_|re_)")
log = structlog.get_logger()


@dataclass(frozen=True)
class Stored:
    """One scope's values for one service as they lie in the database or environment."""

    scope: Scope
    service: str
    place_table: str = ""
    place_owner: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_empty(self) -> bool:
        """True when nothing was typed that could identify an account; choices do not count."""
        fields = spec(self.service).fields
        return not any(
            self.values.get(one.name) for one in fields if one.kind != "choice" and not one.default
        )


def seal(plaintext: str, *, table: str, owner: str, service: str, field: str) -> Sealed:
    """Seal a value for the row and field it will live in."""
    return keyring().seal(plaintext, Place(table, owner, service, field))


def open_field(sealed: Sealed, *, table: str, owner: str, service: str, field: str) -> str:
    """Open one sealed value. Raises CannotOpen, and says in the log which it was."""
    try:
        return keyring().open(sealed, Place(table, owner, service, field))
    except CannotOpen:
        log.warning(
            "credentials.cannot_open", table=table, service=service, field=field, kid=sealed.kid
        )
        raise


_OF_PROVIDER = select(ProviderCredentials.config).where(
    ProviderCredentials.provider_id == bindparam("owner"),
    ProviderCredentials.service == bindparam("service"),
)
_OF_ORGANIZATION = select(IntegrationConfig.config).where(
    IntegrationConfig.org_id == bindparam("owner"),
    IntegrationConfig.service == bindparam("service"),
)


def stored(service: str, scope: Scope) -> Stored:
    """What a scope has saved for a service; reads inside the caller's reading() or step."""
    if scope.kind == "platform":
        return _environment(service)
    if scope.kind == "provider":
        table, owner = ProviderCredentials.__tablename__, f"provider:{scope.owner}"
        query = _OF_PROVIDER
    else:
        table, owner = IntegrationConfig.__tablename__, scope.owner
        query = _OF_ORGANIZATION
    config = db.session.scalar(query, {"service": service, "owner": scope.owner})
    return Stored(scope, service, table, owner, config or {})


def open_stored(found: Stored) -> Credentials:
    """Open a scope's values whole.

    Raises Refused `gateway_not_configured` when some are missing or do not open: money never
    moves to another account because one field of this one is damaged.
    """
    service = spec(found.service)
    try:
        values = {
            one.name: _open(found, one.name, one.is_secret)
            for one in service.fields
            if found.values.get(one.name)
        }
    except CannotOpen as error:
        raise _not_configured(service) from error
    if service.missing(values):
        raise _not_configured(service)
    for one in service.fields:
        if one.default:
            values.setdefault(one.name, one.default)
    if service.gateway and service.gateway.is_builtin:
        values["webhookSecret"] = _sandbox_secret(found.scope)
    return Credentials(values, _base_url(service))


def _open(found: Stored, name: str, is_secret: bool) -> str:
    value = found.values[name]
    if isinstance(value, Sealed):
        return open_field(
            value,
            table=found.place_table,
            owner=found.place_owner,
            service=found.service,
            field=name,
        )
    if is_secret and found.scope.kind != "platform" and settings().is_production:
        raise CannotOpen("plaintext in the database")
    return str(value)


def _environment(service: str) -> Stored:
    values = {}
    for one in spec(service).fields:
        for name in one.env:
            if value := settings().service_value(name):
                values[one.name] = value
                break
    return Stored(PLATFORM, service, values=values)


def _base_url(service: Spec) -> str | None:
    name = service.gateway.base_url_env if service.gateway else ""
    return settings().base_url(name) if name else None


def _sandbox_secret(scope: Scope) -> str:
    import base64

    key = keyring().first.derive(f"sandbox-webhook/{scope.owner}")
    return "whsec_" + base64.b64encode(key).decode()


def _not_configured(service: Spec) -> Refused:
    return Refused(f'Gateway not configured: "{service.key}"', "gateway_not_configured")


def mask(secret: str) -> str:
    """`sk_live...1234`; dots for anything shorter than 12. Where no known beginning makes it long,
    never more than half is shown."""
    if len(secret) < 12:
        return "••••"
    named = _NAMED.match(secret)
    shown = 7 if named or len(secret) >= 22 else len(secret) // 2 - 4
    return f"{secret[:shown]}...{secret[-4:]}"


def save(
    service: str,
    scope: Scope,
    values: Mapping[str, str],
    *,
    removed: Sequence[str] = (),
    actor: str,
) -> None:
    """Store typed values (a part): secrets sealed, blank ones kept as they are, `removed` ones
    forgotten.

    Raises Refused for a public value that pretends to be an envelope.
    """
    service_spec = spec(service)
    model, owner, keys = _row_of(service, scope)
    insert_once(model, **_new_row(model, keys))
    row = db.session.scalars(select(model).filter_by(**keys).with_for_update()).one()
    config = dict(row.config)
    for one in service_spec.fields:
        typed = (values.get(one.name) or "").strip()
        if not typed and one.name in removed:
            config.pop(one.name, None)
        if not typed:
            continue
        if one.is_secret:
            before = config.get(one.name)
            place = {"table": model.__tablename__, "owner": owner, "service": service}
            config[one.name] = seal(typed, **place, field=one.name)
            made = note(owner, service, one.name, typed, actor=actor, org_id=current_org())
            if isinstance(before, Sealed) and one.name == _event_secret(service_spec):
                _keep_for_a_while(made, before, place)
        elif looks_sealed(typed):
            raise Refused(f"{one.label} cannot start like that", "invalid_field", field=one.name)
        else:
            config[one.name] = typed
    gone = sorted(set(removed) & (set(row.config) - set(config)))
    row.config = config
    if service_spec.gateway:
        inbound_endpoints.ensure(service, scope.kind, scope.owner)
    records.audit(
        "credentials.saved",
        actor=actor,
        subject=f"{service} of {scope.kind}",
        fields=sorted(name for name, value in values.items() if value),
        **_only({"removed": gone}),
    )


def _only(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value}


def _row_of(service: str, scope: Scope) -> tuple[type[Any], str, dict[str, str]]:
    if scope.kind == "provider":
        keys = {"provider_id": scope.owner, "service": service}
        return ProviderCredentials, f"provider:{scope.owner}", keys
    return IntegrationConfig, scope.owner, {"service": service}


def _new_row(model: type[Any], keys: Mapping[str, str]) -> dict[str, Any]:
    made = model(config={}, **keys)
    return {
        "id": made.id,
        "org_id": current_org(),
        "config": {},
        "created_at": clock.now(),
        "updated_at": clock.now(),
        **keys,
    }


def _event_secret(service: Spec) -> str:
    return service.gateway.event_secret if service.gateway else ""


def _keep_for_a_while(made: CredentialNote, before: Sealed, place: Mapping[str, str]) -> None:
    """A gateway goes on signing with the replaced secret for what it sends again."""
    try:
        plain = open_field(before, **place, field=made.field)
    except CannotOpen:
        return
    made.previous = seal(plain, **_place_of_previous(made))
    made.previous_until = clock.now() + OVERLAP


def _place_of_previous(made: CredentialNote) -> dict[str, str]:
    return {
        "table": CredentialNote.__tablename__,
        "owner": made.id,
        "service": made.service,
        "field": made.field,
    }


def open_for_events(found: Stored) -> Credentials:
    """As `open_stored`, with the event secret's predecessor while that still counts, under its
    name and `.previous`; reads inside the caller's reading()."""
    opened = open_stored(found)
    name = _event_secret(spec(found.service))
    made = db.session.scalars(
        select(CredentialNote).where(
            CredentialNote.owner == found.place_owner,
            CredentialNote.service == found.service,
            CredentialNote.field == name,
            CredentialNote.previous_until > clock.now(),
        )
    ).one_or_none()
    if made is None or made.previous is None:
        return opened
    previous = open_field(made.previous, **_place_of_previous(made))
    return Credentials({**opened.values, f"{name}.previous": previous}, opened.base_url)


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
