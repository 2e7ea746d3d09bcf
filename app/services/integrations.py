"""One organization's integrations: how each stands, saving what was typed, trying it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, settings, transaction
from app.kit.errors import NotFound, Refused
from app.kit.tenancy import current_org
from app.models import CredentialNote, InboundEndpoint, Organization
from app.registry import Spec, services
from app.services import credentials, inbound_endpoints, routing
from app.services.credentials import PLATFORM, Scope, Stored
from app.services.versions import NEVER_SAVED

__all__ = ["Card", "Tested", "card", "cards", "find_spec", "own_scope", "save", "verify"]


@dataclass(frozen=True)
class Card:
    """How one service stands for one scope; no secret among it, and none to be had."""

    spec: Spec
    source: str  # own, environment or none
    values: Mapping[str, str] = field(default_factory=dict)  # public ones
    notes: Mapping[str, CredentialNote] = field(default_factory=dict)  # secret ones, by field
    missing: tuple[str, ...] = ()
    inbound_url: str | None = None
    version: str = NEVER_SAVED

    @property
    def is_configured(self) -> bool:
        """True when an order could be paid with it, as far as we can tell alone."""
        return self.source != "none" and not self.missing

    @property
    def test_mode(self) -> bool | None:
        """Whether it moves no real money; None where that does not apply."""
        if not self.is_configured:
            return None
        shown = {**{name: note.masked for name, note in self.notes.items()}, **self.values}
        return self.spec.test_mode(shown)

    def is_set(self, name: str) -> bool:
        """True when a value of its own is stored for a field."""
        return name in self.notes or bool(self.values.get(name))


@dataclass(frozen=True)
class Tested:
    """What came of a harmless call with the stored values."""

    is_ok: bool
    account: str = ""
    test_mode: bool | None = None
    remarks: Sequence[str] = ()
    problem: str = ""  # a code the page has a sentence for
    said: str = ""  # what the company said


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
        allowed = _uses_platform()
        notes = session.scalars(
            select(CredentialNote).where(CredentialNote.owner == scope.owner)
        ).all()
        return [
            _card(spec, credentials.stored(spec.key, scope), notes, allowed)
            for spec in services().values()
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
        token = session.scalar(
            select(InboundEndpoint.token).where(
                InboundEndpoint.gateway == key,
                InboundEndpoint.scope_kind == scope.kind,
                InboundEndpoint.scope_owner == scope.owner,
            )
        )
        allowed = scope.kind == "organization" and _uses_platform()
    url = inbound_endpoints.address(key, token) if token else None
    return _card(spec, found, notes, allowed, url)


def _uses_platform() -> bool:
    query = select(Organization.uses_platform_credentials).where(Organization.id == current_org())
    return bool(db.session.scalar(query))


def _card(
    spec: Spec,
    found: Stored,
    notes: Sequence[CredentialNote],
    allowed: bool,
    url: str | None = None,
) -> Card:
    own = {one.field: one for one in notes if one.service == spec.key and one.field in found.values}
    public = {
        one.name: str(found.values[one.name])
        for one in spec.fields
        if not one.is_secret and found.values.get(one.name)
    }
    if spec.gateway and spec.gateway.is_builtin:
        return Card(spec, "environment" if settings().sandbox_allowed else "none")
    if not found.is_empty:
        return Card(spec, "own", public, own, tuple(spec.missing(found.values)), url, found.version)
    platform = credentials.stored(spec.key, PLATFORM)
    if allowed and not platform.is_empty:
        missing = tuple(spec.missing(platform.values))
        return Card(spec, "environment", missing=missing, version=found.version)
    return Card(spec, "none", public, own, (), url, found.version)


def save(
    key: str,
    typed: Mapping[str, str],
    *,
    removed: Sequence[str] = (),
    actor: str,
    scope: Scope | None = None,
    seen: str | None = None,
) -> None:
    """Store what was typed for a scope (a step): blank secrets keep, `removed` ones go. `seen` is
    the version of the card it was typed over.

    Raises NotFound, Refused naming the field for a value that cannot be right, Conflict
    `saved_meanwhile`.
    """
    scope = scope or own_scope()
    now = card(key, scope)
    _check(now.spec, typed)
    _check_modes(now, typed, removed)
    with transaction():
        credentials.save(key, scope, typed, removed=removed, actor=actor, seen=seen)


def _check(spec: Spec, typed: Mapping[str, str]) -> None:
    for one in spec.fields:
        value = (typed.get(one.name) or "").strip()
        if not value:
            continue
        if one.choices and value not in one.choices:
            raise Refused(f"Choose one of: {', '.join(one.choices)}", "choice", field=one.name)
        if len(value) > 2000 or "\x00" in value:
            raise Refused("That is too long", "too_long", field=one.name)
        if one.prefixes and not value.startswith(one.prefixes):
            begins = ", ".join(one.prefixes)
            raise Refused(f"This starts with {begins}", "wrong_prefix", field=one.name)


def _check_modes(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    """What is typed has to go with what stays: of a stored secret its beginning is enough."""
    kept = {name: note.masked for name, note in now.notes.items()} | dict(now.values)
    merged = {name: value for name, value in kept.items() if name not in removed}
    merged |= {name: value for name, value in typed.items() if value}
    if odd := now.spec.mixed_modes(merged):
        raise Refused(
            "One key is for test mode and another for live mode", "mixed_modes", field=odd
        )


def verify(key: str, scope: Scope | None = None) -> Tested:
    """Make one harmless call with the stored values (a flow) and say what came of it."""
    spec = find_spec(key)
    if spec.gateway is None or not spec.gateway.is_active:
        return Tested(False, problem="not_active")
    scope = scope or _testable(key)
    try:
        found: base.Verification = routing.connect_scope(key, scope).verify()
    except base.Misconfigured as error:
        return Tested(False, problem="misconfigured", said=error.reason)
    except base.GatewayError as error:
        return Tested(False, problem="no_answer", said=error.reason)
    return Tested(True, found.account, found.test_mode, found.remarks)


def _testable(key: str) -> Scope:
    """The scope that would pay: the organization's own values, else the environment's."""
    own = own_scope()
    with reading():
        use_own = not credentials.stored(key, own).is_empty or not _uses_platform()
    builtin = services()[key].gateway
    return own if use_own or (builtin and builtin.is_builtin) else PLATFORM
