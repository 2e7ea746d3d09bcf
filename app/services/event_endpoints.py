"""Our address at a gateway: registered, looked at, mended. Flows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit.errors import NotFound, Refused
from app.registry import services
from app.services import credentials, inbound_endpoints, records, routing, throttle
from app.services.credentials import PLATFORM, Scope
from app.services.throttle import Limit

__all__ = ["Health", "check", "mend"]

BUSY = 120  # seconds; longer than mending takes

State = Literal["fine", "missing", "elsewhere", "disabled", "incomplete", "no_secret"]


@dataclass(frozen=True)
class Health:
    """How the registration of one scope's address stands; `secret` only when it was just made for
    the platform, whose secrets lie in the environment. `missing` are events that are not told,
    and elsewhere the address that has the only place."""

    state: State
    url: str
    missing: tuple[str, ...] = ()
    secret: str | None = None


def check(service: str, scope: Scope) -> Health:
    """Ask the gateway how our address is registered there.

    Raises NotFound for a service without addresses of ours, Refused with what the gateway said.
    """
    endpoints, url = _connect(service, scope)
    if not endpoints.can_look:
        return _remembered(service, scope, url)
    with _said():
        found = endpoints.find(url)
    return _noted(service, scope, _health(service, scope, url, found))


def mend(service: str, scope: Scope, *, actor: str) -> Health:
    """Register our address, or put its registration right, and keep its secret sealed.

    A registration whose secret we do not have is replaced: the gateway tells it only once. The
    secret it had counts for some days more. Raises as `check`, AppError 429 while it is being
    mended already.
    """
    endpoints, url = _connect(service, scope)
    alone = Limit(1, BUSY, ("mend", service, scope.kind, scope.owner))
    throttle.take(alone)
    try:
        return _noted(service, scope, _mend(service, scope, endpoints, url, actor))
    finally:
        throttle.forget(alone)


def _remembered(service: str, scope: Scope, url: str) -> Health:
    """Where the company does not tell how it is registered, what came of registering it here."""
    with reading():
        row = inbound_endpoints.find(service, scope.kind, scope.owner)
    return Health("fine" if row and row.check_state == "fine" else "missing", url)


def _mend(service: str, scope: Scope, endpoints: Any, url: str, actor: str) -> Health:
    with _said():
        found = endpoints.find(url) if endpoints.can_look else None
        health = _health(service, scope, url, found)
        if health.state == "fine":
            return health
        if found and health.state in {"disabled", "incomplete"}:
            endpoints.repair(found.id)
            _note(scope, "event_endpoint.repaired", actor, service, found.id)
            return Health("fine", url)
        made = endpoints.create(url)
    shown = _keep(service, scope, endpoints, made, actor)
    if endpoints.can_look:
        with _said():
            endpoints.keep_only(url, made.id)
    return Health("fine", url, secret=shown)


def _noted(service: str, scope: Scope, health: Health) -> Health:
    """Remember what was seen, for the list of what is set up."""
    if scope != PLATFORM:
        with transaction():
            is_there = health.state != "missing"
            inbound_endpoints.note_check(
                service, scope.kind, scope.owner, health.state, health.url if is_there else None
            )
    return health


def _note(scope: Scope, action: str, actor: str, service: str, endpoint_id: str) -> None:
    if scope != PLATFORM:
        with transaction():
            records.audit(action, actor=actor, subject=service, endpoint=endpoint_id)


def _connect(service: str, scope: Scope) -> tuple[Any, str]:
    spec = services().get(service)
    if spec is None or spec.gateway is None or not spec.gateway.is_active:
        raise NotFound("No such gateway")
    with _said():
        endpoints = routing.connect_scope(service, scope).endpoints
    if endpoints is None:
        raise NotFound("This gateway has no endpoints to register")
    return endpoints, inbound_endpoints.of_scope(service, scope)


def _health(service: str, scope: Scope, url: str, found: base.EndpointState | None) -> Health:
    if found is None:
        return Health("missing", url)
    if found.url != url:
        return Health("elsewhere", url, (found.url,))
    if not found.has_stored_secret or not _has_secret(service, scope):
        return Health("no_secret", url)
    if not found.is_enabled:
        return Health("disabled", url)
    return Health("incomplete" if found.missing else "fine", url, found.missing)


def _has_secret(service: str, scope: Scope) -> bool:
    name = services()[service].event_secret
    with reading():
        values = credentials.stored(service, scope).values
    return not name or bool(values.get(name))


def _keep(
    service: str, scope: Scope, endpoints: Any, made: base.CreatedEndpoint, actor: str
) -> str | None:
    """Store the secret; where that fails the registration goes too, or its calls could never be
    verified."""
    if scope == PLATFORM:
        return made.secret
    name = services()[service].event_secret
    try:
        with transaction():
            if made.secret:
                credentials.save(service, scope, {name: made.secret}, actor=actor)
            records.audit("event_endpoint.created", actor=actor, subject=service, endpoint=made.id)
    except BaseException:
        endpoints.delete(made.id)
        raise
    return None


@contextmanager
def _said() -> Iterator[None]:
    """Turn a gateway's refusal into one for a person."""
    try:
        yield
    except base.Misconfigured as error:
        raise Refused(error.reason, "gateway_misconfigured") from error
    except base.GatewayError as error:
        raise Refused(error.reason, "gateway_unavailable") from error
