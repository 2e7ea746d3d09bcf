"""Providers: the platforms that call our API, with a key and an address to tell things to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from app.extensions import db, reading, settings, transaction
from app.kit.errors import NotFound, Refused
from app.kit.http.addresses import AddressPolicy, BadUrl, check_url
from app.kit.tokens import new_webhook_secret
from app.models import LatePolicy, Provider, WebhookEndpoint
from app.models.provider import SCOPES
from app.registry import gateways
from app.services import api_keys, credentials, events, records, redirects, versions
from app.services.organizations import slugify

__all__ = [
    "Created",
    "Settings",
    "add_endpoint",
    "check",
    "check_webhook_url",
    "create",
    "find",
    "get",
    "index",
    "paid_elsewhere",
    "update",
]

RESERVED = {"new"}  # paths below /providers


@dataclass(frozen=True)
class Created:
    """A new provider and the secrets that are shown this once."""

    provider: Provider
    api_key: str
    webhook_secret: str | None


@dataclass(frozen=True)
class Settings:
    """What a merchant may change about a provider."""

    name: str
    slug: str
    is_active: bool
    gateway: str | None
    use_own_credentials: bool
    late_policy: str
    success_url: str | None
    cancel_url: str | None
    fallbacks: tuple[str, ...] = ()


def create(
    *,
    name: str,
    webhook_url: str | None = None,
    gateway: str | None = None,
    success_url: str | None = None,
    cancel_url: str | None = None,
    scopes: tuple[str, ...] = SCOPES,
    events_wanted: tuple[str, ...] = events.DEFAULT_EVENTS,
    actor: str = "command line",
) -> Created:
    """Make a provider of the current organization with one key (a step).

    Raises Refused, naming the field, for anything that would not work later.
    """
    check(name, webhook_url, gateway, success_url, cancel_url, scopes)
    name = name.strip()
    provider = Provider(
        name=name,
        slug=_free_slug(slugify(name)),
        payment_gateway=gateway,
        success_url=redirects.check(success_url, "success_url"),
        cancel_url=redirects.check(cancel_url, "cancel_url"),
    )
    try:
        with transaction():
            db.session.add(provider)
            key = api_keys.issue(provider.id, scopes)
            secret = add_endpoint(provider.id, webhook_url, events_wanted) if webhook_url else None
            records.audit("provider.created", actor=actor, subject=provider.id, name=name)
    except IntegrityError as error:
        raise Refused(f"There is a provider called {name} already", field="name") from error
    return Created(provider, key, secret)


def check(
    name: str,
    webhook_url: str | None = None,
    gateway: str | None = None,
    success_url: str | None = None,
    cancel_url: str | None = None,
    scopes: tuple[str, ...] = SCOPES,
) -> None:
    """Raises Refused, naming the field, for what `create` would refuse."""
    if not name.strip() or len(name.strip()) > 120 or "\x00" in name:
        raise Refused("A provider needs a name of 1 to 120 characters", field="name")
    if gateway and gateway not in gateways():
        known = ", ".join(gateways())
        raise Refused(f'Invalid gateway: "{gateway}". Available: {known}', field="gateway")
    if not scopes or set(scopes) - set(SCOPES):
        raise Refused(f"Scopes are: {', '.join(SCOPES)}", field="scopes")
    redirects.check(success_url, "success_url")
    redirects.check(cancel_url, "cancel_url")
    if webhook_url:
        check_webhook_url(webhook_url)


def _check_fallbacks(names: Sequence[str]) -> None:
    """The test gateway never takes real money over."""
    for name in names:
        if name not in gateways() or gateways()[name].is_builtin:
            raise Refused(f"{name} cannot take over", "invalid_fallback", field="fallback_first")


def _free_slug(slug: str) -> str:
    with reading() as session:
        taken = set(
            session.scalars(select(Provider.slug).where(Provider.slug.startswith(slug))).all()
        )
    number, free = 2, slug
    while free in taken or free in RESERVED:
        free, number = f"{slug}-{number}", number + 1
    return free


def add_endpoint(provider_id: str, url: str, events_wanted: tuple[str, ...]) -> str:
    """Give a provider one more webhook endpoint (a part); its secret, shown this once.

    Raises Refused for an address we would never call.
    """
    secret = new_webhook_secret()
    endpoint = WebhookEndpoint(
        provider_id=provider_id, url=check_webhook_url(url), events=events.check(events_wanted)
    )
    endpoint.secret = credentials.seal(
        secret, table="webhook_endpoints", owner=endpoint.id, service="webhook", field="secret"
    )
    db.session.add(endpoint)
    return secret


def check_webhook_url(url: str) -> str:
    """The address, where we would call it. Raises Refused."""
    policy = AddressPolicy(allowed=settings().webhook_networks)
    try:
        return check_url(url, policy, https_only=settings().is_production)
    except BadUrl as error:
        raise Refused(str(error), "invalid_url", field="webhook_url") from error


def index() -> Sequence[Provider]:
    """The current organization's providers, oldest first."""
    with reading() as session:
        found: Sequence[Provider] = session.scalars(select(Provider).order_by(Provider.id)).all()
    return found


def paid_elsewhere(gateway: str) -> Sequence[Provider]:
    """Active providers, where none of them is paid through this gateway unless a call asks for it;
    nobody as soon as one is."""
    usual = settings().default_gateway
    active = [one for one in index() if one.is_active]
    through = {one.payment_gateway or usual for one in active}
    return [] if gateway in through else active


def find(slug: str) -> Provider:
    """A provider of the current organization by its slug. Raises NotFound."""
    return _one(Provider.slug == slug)


def get(provider_id: str) -> Provider:
    """A provider of the current organization, whatever it is called by now. Raises NotFound."""
    return _one(Provider.id == provider_id)


def _one(condition: ColumnElement[bool]) -> Provider:
    with reading() as session:
        found: Provider | None = session.scalars(select(Provider).where(condition)).one_or_none()
    if found is None:
        raise NotFound("No such provider")
    return found


def update(provider_id: str, wanted: Settings, *, actor: str, seen: str | None = None) -> Provider:
    """Change a provider (a step); `seen` is the version it was changed from.

    Raises Refused, naming the field, Conflict `saved_meanwhile`.
    """
    check(wanted.name, None, wanted.gateway, wanted.success_url, wanted.cancel_url)
    _check_fallbacks(wanted.fallbacks)
    slug = slugify(wanted.slug or wanted.name)
    if slug in RESERVED:
        raise Refused(f"{slug} is a page of its own; choose another", "taken", field="slug")
    values = {
        "name": wanted.name.strip(),
        "slug": slug,
        "is_active": wanted.is_active,
        "payment_gateway": wanted.gateway or None,
        "fallback_gateways": list(dict.fromkeys(wanted.fallbacks)),
        "use_own_credentials": wanted.use_own_credentials,
        "late_policy": LatePolicy(wanted.late_policy),
        "success_url": redirects.check(wanted.success_url, "success_url"),
        "cancel_url": redirects.check(wanted.cancel_url, "cancel_url"),
    }
    try:
        with transaction():
            provider: Provider = db.session.scalars(
                select(Provider).where(Provider.id == provider_id).with_for_update()
            ).one()
            versions.must_be(seen, provider.updated_at)
            before = {name: getattr(provider, name) for name in values}
            for name, value in values.items():
                setattr(provider, name, value)
            changes = {
                name: [before[name], to] for name, to in values.items() if before[name] != to
            }
            records.audit("provider.changed", actor=actor, subject=provider.id, changes=changes)
    except IntegrityError as error:
        raise Refused(
            f"There is a provider called {slug} already", "taken", field="slug"
        ) from error
    return provider
