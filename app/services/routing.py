"""Which gateway and whose credentials: request, then provider, then platform."""

from dataclasses import dataclass
from typing import Any

from app.adapters.gateways.base import Credentials, Misconfigured
from app.extensions import in_transaction, reading, settings
from app.kit.errors import Refused
from app.models import Payment
from app.registry import GatewaySpec, gateway, gateways, spec
from app.services import credentials
from app.services.api_keys import Caller
from app.services.credentials import PLATFORM, Scope, Stored

__all__ = [
    "Asker",
    "Choice",
    "account_of",
    "choose",
    "connect",
    "connect_for_events",
    "connect_payment",
    "connect_scope",
    "connect_stored",
    "scopes_of",
    "usable",
]


@dataclass(frozen=True)
class Choice:
    """A gateway, the scope that pays through it, and why."""

    gateway: str
    scope: Scope
    credentials: Credentials
    reason: str

    @property
    def spec(self) -> GatewaySpec:
        return gateway(self.gateway)


@dataclass(frozen=True)
class Asker:
    """Whose credentials may be used, as far as the choice depends on it."""

    org_id: str
    provider_id: str
    gateway: str | None
    uses_own_credentials: bool
    uses_platform_credentials: bool


def choose(caller: Caller | Asker, asked: str | None) -> Choice:
    """Pick gateway and scope for a new order.

    Raises Refused `gateway_not_configured` when no scope has values, or the first that has some
    does not have all.
    """
    name, reason = _gateway_of(caller, asked)
    with reading():
        for scope in scopes_of(caller, name):
            found = credentials.stored(name, scope)
            if found.is_empty and not gateway(name).is_builtin:
                continue
            why = f"gateway by {reason}, credentials of the {scope.kind}"
            return Choice(name, scope, credentials.open_stored(found), why)
    raise Refused(f'Gateway not configured: "{name}"', "gateway_not_configured")


def _gateway_of(caller: Caller | Asker, asked: str | None) -> tuple[str, str]:
    if asked:
        return asked, "request"
    if caller.gateway:
        return caller.gateway, "provider"
    return settings().default_gateway, "default"


def scopes_of(caller: Caller | Asker, name: str) -> list[Scope]:
    """The scopes a caller may use, most specific first."""
    spec = gateway(name)
    if not spec.is_active:
        return []
    organization = Scope("organization", caller.org_id)
    if spec.is_builtin:
        return [organization] if settings().sandbox_allowed else []
    found = [Scope("provider", caller.provider_id)] if caller.uses_own_credentials else []
    found.append(organization)
    if caller.uses_platform_credentials:
        found.append(PLATFORM)
    return found


def usable(name: str, caller: Caller | None) -> Credentials | None:
    """What an order through this gateway would be made with now, as far as we can tell alone; for
    nobody in particular the platform's. None when it could not be made."""
    try:
        return choose(caller, name).credentials if caller else _of_platform(name)
    except Refused:
        return None


def _of_platform(name: str) -> Credentials | None:
    if not gateways()[name].is_active:
        return None
    if gateway(name).is_builtin:
        return Credentials({}) if settings().sandbox_allowed else None
    found = credentials.stored(name, PLATFORM)
    return None if found.is_empty else credentials.open_stored(found)


def account_of(name: str, scope: Scope) -> str:
    """The account at a gateway that the keys stored for a scope belong to, as the gateway said when
    it last took them; empty where that is not known. Reads inside the caller's reading()."""
    return credentials.noted_account(credentials.stored(name, scope))[0]


def connect(name: str, found: Credentials) -> Any:
    """A service's adapter, ready to call. Raises RuntimeError while a transaction is open: no
    network call may hold a connection."""
    if in_transaction():
        raise RuntimeError("no company is called while a transaction or connection is held")
    return spec(name).load()(found)


def connect_scope(name: str, scope: Scope) -> Any:
    """The adapter for the scope a payment was made with, as it is stored now.

    Raises Misconfigured when its values are gone, incomplete or do not open.
    """
    with reading():
        found = credentials.stored(name, scope)
    return connect_stored(found)


def connect_stored(found: Stored) -> Any:
    """The adapter for values as they were read. Raises Misconfigured as `connect_scope`."""
    try:
        return connect(found.service, credentials.open_stored(found))
    except Refused as error:
        raise Misconfigured("the stored credentials are incomplete or do not open") from error


def connect_for_events(name: str, scope: Scope) -> Any:
    """The adapter that reads a gateway's calls: replaced secrets count for a while. Raises
    Misconfigured as `connect_scope`."""
    try:
        with reading():
            found = credentials.stored(name, scope)
            # The platform's values lie in the environment, where nothing is replaced by us.
            has_notes = scope.kind != "platform"
            opened = (credentials.open_for_events if has_notes else credentials.open_stored)(found)
    except Refused as error:
        raise Misconfigured("the stored credentials are incomplete or do not open") from error
    return connect(name, opened)


def connect_payment(payment: Payment) -> Any:
    """The adapter for the scope a payment was made with. Raises Misconfigured, also when the keys
    stored there now are of the other mode: they would not find the payment."""
    adapter = connect_scope(payment.gateway, Scope(payment.scope_kind, payment.scope_owner))
    if adapter.test_mode != payment.test_mode:
        raise Misconfigured("the stored keys are of another mode (test, live) than this payment")
    return adapter
