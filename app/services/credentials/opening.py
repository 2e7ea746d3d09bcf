"""A scope's values for one service: read, and opened whole or not at all.

Plaintext exists in this package and in an adapter's constructor, nowhere else.
"""

import base64
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from app.adapters.gateways.base import Credentials
from app.extensions import db, keyring, settings
from app.kit.crypto import CannotOpen, Sealed
from app.kit.errors import Refused
from app.models import IntegrationConfig, ProviderCredentials
from app.registry import Field, Spec, spec
from app.services.credentials.scopes import PLATFORM, Scope, Stored
from app.services.credentials.sealing import open_field
from app.services.versions import version_of

__all__ = ["complete", "open_all", "open_keys", "open_stored", "stored"]

_OF_PROVIDER = select(ProviderCredentials.config, ProviderCredentials.updated_at).where(
    ProviderCredentials.provider_id == bindparam("owner"),
    ProviderCredentials.service == bindparam("service"),
)
_OF_ORGANIZATION = select(IntegrationConfig.config, IntegrationConfig.updated_at).where(
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
    row = db.session.execute(query, {"service": service, "owner": scope.owner}).one_or_none()
    if row is None:
        return Stored(scope, service, table, owner)
    return Stored(scope, service, table, owner, row.config, version_of(row.updated_at))


def open_stored(found: Stored) -> Credentials:
    """Open a scope's values whole.

    Raises Refused `gateway_not_configured` when some are missing or do not open: money never
    moves to another account because one field of this one is damaged.
    """
    service = spec(found.service)
    try:
        values = open_all(found, service.fields)
    except CannotOpen as error:
        raise _not_configured(service) from error
    return complete(found, values)


def open_all(found: Stored, fields: Sequence[Field]) -> dict[str, str]:
    """What is stored in these fields, opened. Raises CannotOpen."""
    return {
        one.name: _open(found, one.name, one.is_secret)
        for one in fields
        if found.values.get(one.name)
    }


def open_keys(found: Stored) -> dict[str, str] | None:
    """The keys of a scope that has all it needs, defaults among them; None where some value is
    missing or does not open."""
    service = spec(found.service)
    try:
        values = open_all(found, service.fields)
    except CannotOpen:
        return None
    if service.missing(values):
        return None
    keys = {one.name: values.get(one.name) or one.default for one in service.keys}
    return {name: value for name, value in keys.items() if value}


def complete(found: Stored, values: Mapping[str, str]) -> Credentials:
    """Opened values with what the catalogue and the operator add, ready for an adapter. Raises
    Refused `gateway_not_configured` when some are missing, or one is none of its choices."""
    service, values = spec(found.service), dict(values)
    if service.missing(values):
        raise _not_configured(service)
    for one in service.fields:
        if one.default:
            values.setdefault(one.name, one.default)
        if one.choices and values.get(one.name) not in one.choices:
            raise _not_configured(service)
    if service.gateway and service.gateway.is_builtin:
        values["webhookSecret"] = _sandbox_secret(found.scope)
    for place, variable in service.addresses.items():
        if moved := settings().base_url(variable):
            values[place] = moved
    name = service.base_url_of(values)
    base_url = settings().base_url(name) if name else None
    networks = None if found.scope == PLATFORM else settings().webhook_networks
    return Credentials(values, base_url, networks)


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


def _sandbox_secret(scope: Scope) -> str:
    key = keyring().first.derive(f"sandbox-webhook/{scope.owner}")
    return "whsec_" + base64.b64encode(key).decode()


def _not_configured(service: Spec) -> Refused:
    return Refused(f'Gateway not configured: "{service.key}"', "gateway_not_configured")
