"""Our address at a gateway: registered, looked at, mended. Flows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit.errors import NotFound, Refused
from app.registry import services
from app.services import credentials, inbound_endpoints, records, routing, throttle
from app.services.credentials import PLATFORM, Scope
from app.services.sellers.look import any_under
from app.services.throttle import Limit

__all__ = ["Health", "check", "mend"]

BUSY = 120  # seconds; longer than mending takes

State = Literal["fine", "missing", "elsewhere", "disabled", "incomplete", "no_secret", "sellers"]


@dataclass(frozen=True)
class Health:
    """How the registration of one scope's address stands.

    `missing` are events that are not told; where another address has the only place, that address.
    `sellers` means that all is well but for what happens in sellers' accounts, which takes a second
    registration. `secrets` are told, by the environment's name, only where they were just made for
    the platform, whose secrets lie there.
    """

    state: State
    url: str
    missing: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class _Place:
    """One registration: where it is kept there, and which field holds the secret of its calls."""

    service: str
    scope: Scope
    endpoints: Any
    url: str
    secret: str


def check(service: str, scope: Scope) -> Health:
    """Ask the gateway how our address is registered there.

    Raises NotFound for a service without addresses of ours, Refused with what the gateway said.
    """
    first, others = _places(service, scope)
    if not first.endpoints.can_look:
        return _remembered(service, scope, first.url)
    with _said():
        health = _look(first)
        if health.state == "fine" and any(_look(one).state != "fine" for one in others):
            health = replace(health, state="sellers")
    return _noted(service, scope, health)


def mend(service: str, scope: Scope, *, actor: str) -> Health:
    """Register our address, or put its registration right, and keep its secret sealed.

    A registration whose secret we do not have is replaced: the gateway tells it only once. The
    secret it had counts for some days more. Raises as `check`, AppError 429 while it is being
    mended already.
    """
    first, others = _places(service, scope)
    alone = Limit(1, BUSY, ("mend", service, scope.kind, scope.owner))
    throttle.take(alone)
    try:
        health = _mend(first, actor)
        _noted(service, scope, health)
        for one in others:
            health = replace(health, secrets={**health.secrets, **_mend(one, actor).secrets})
        return health
    finally:
        throttle.forget(alone)


def _places(service: str, scope: Scope) -> tuple[_Place, list[_Place]]:
    """The registration of our address, and the one for sellers' accounts where it has to be
    another; as long as there are no sellers nobody needs that."""
    spec = services().get(service)
    if spec is None or spec.gateway is None or not spec.gateway.is_active:
        raise NotFound("No such gateway")
    with _said():
        adapter = routing.connect_scope(service, scope)
    if adapter.endpoints is None:
        raise NotFound("This gateway has no endpoints to register")
    url = inbound_endpoints.of_scope(service, scope)
    first = _Place(service, scope, adapter.endpoints, url, spec.event_secret)
    if adapter.seller_endpoints is None or not any_under(service, scope):
        return first, []
    of_sellers = adapter.seller_endpoints, url, spec.gateway.seller_event_secret
    return first, [_Place(service, scope, *of_sellers)]


def _remembered(service: str, scope: Scope, url: str) -> Health:
    """Where the company does not tell how it is registered, what came of registering it here."""
    with reading():
        row = inbound_endpoints.find(service, scope.kind, scope.owner)
    return Health("fine" if row and row.check_state == "fine" else "missing", url)


def _look(place: _Place) -> Health:
    return _health(place, place.endpoints.find(place.url))


def _mend(place: _Place, actor: str) -> Health:
    endpoints, url = place.endpoints, place.url
    with _said():
        found = endpoints.find(url) if endpoints.can_look else None
        health = _health(place, found)
        if health.state == "fine":
            return health
        if found and health.state in {"disabled", "incomplete"}:
            endpoints.repair(found.id)
            _note(place.scope, "event_endpoint.repaired", actor, place.service, found.id)
            return Health("fine", url)
        made = endpoints.create(url)
    shown = _keep(place, made, actor)
    if endpoints.can_look:
        with _said():
            endpoints.keep_only(url, made.id)
    return Health("fine", url, secrets={_name(place): shown} if shown else {})


def _name(place: _Place) -> str:
    return services()[place.service].field(place.secret).env[0]


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


def _health(place: _Place, found: base.EndpointState | None) -> Health:
    url = place.url
    if found is None:
        return Health("missing", url)
    if found.url != url:
        return Health("elsewhere", url, (found.url,))
    if not found.has_stored_secret or not _has_secret(place):
        return Health("no_secret", url)
    if not found.is_enabled:
        return Health("disabled", url)
    return Health("incomplete" if found.missing else "fine", url, found.missing)


def _has_secret(place: _Place) -> bool:
    with reading():
        values = credentials.stored(place.service, place.scope).values
    return not place.secret or bool(values.get(place.secret))


def _keep(place: _Place, made: base.CreatedEndpoint, actor: str) -> str | None:
    """Store the secret; where that fails the registration goes too, or its calls could never be
    verified."""
    service, scope = place.service, place.scope
    if scope == PLATFORM:
        return made.secret
    try:
        with transaction():
            if made.secret:
                credentials.save(service, scope, {place.secret: made.secret}, actor=actor)
            records.audit("event_endpoint.created", actor=actor, subject=service, endpoint=made.id)
    except BaseException:
        place.endpoints.delete(made.id)
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
