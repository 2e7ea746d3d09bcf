"""A provider's webhook endpoints, as a merchant looks after them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.strictjson import dump
from app.kit.tokens import digest, new_webhook_secret
from app.models import Delivery, DeliveryStatus, Event, EventType, Provider, WebhookEndpoint
from app.services import credentials, events, providers, records, tasks, versions
from app.services.deliveries.signatures import OVERLAP

__all__ = [
    "BY_HAND",
    "add",
    "change",
    "disable",
    "enable",
    "get",
    "last_errors",
    "list_of",
    "ping",
    "replace_secret",
    "version_of",
]

BY_HAND = "switched off by a merchant"


def list_of(provider_id: str) -> Sequence[WebhookEndpoint]:
    """A provider's endpoints, oldest first."""
    with reading() as session:
        found: Sequence[WebhookEndpoint] = session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.provider_id == provider_id)
            .order_by(WebhookEndpoint.id)
        ).all()
    return found


def add(provider_id: str, url: str, wanted: Sequence[str], *, actor: str) -> str:
    """One more endpoint (a step); its secret, shown this once. Raises Refused."""
    with transaction():
        secret = providers.add_endpoint(provider_id, url, tuple(wanted))
        records.audit("webhook_endpoint.added", actor=actor, subject=provider_id, url=url)
    return secret


def change(
    provider_id: str,
    endpoint_id: str,
    url: str,
    wanted: Sequence[str],
    *,
    actor: str,
    seen: str | None = None,
) -> None:
    """Change where an endpoint is and what it is told (a step); what is on its way to it already
    goes to the new address. `seen` is the version it was changed from.

    Raises Refused as `add`, NotFound, Conflict `saved_meanwhile`.
    """
    values = {"url": providers.check_webhook_url(url), "events": events.check(wanted)}
    with transaction():
        endpoint = _locked(provider_id, endpoint_id)
        versions.must_match(seen, version_of(endpoint))
        before = {name: getattr(endpoint, name) for name in values}
        changes = {name: [before[name], to] for name, to in values.items() if before[name] != to}
        for name, (_, to) in changes.items():
            setattr(endpoint, name, to)
        if changes:
            records.audit(
                "webhook_endpoint.changed", actor=actor, subject=endpoint.id, changes=changes
            )


def version_of(endpoint: WebhookEndpoint) -> str:
    """What a form about it was drawn from: deliveries touch the row all the time, so not when."""
    return digest(f"{endpoint.url} {sorted(endpoint.events)}")[:16]


def last_errors(provider_id: str) -> dict[str, str]:
    """What went wrong last at each of a provider's endpoints that fail now, by endpoint."""
    newest = (
        select(func.max(Delivery.id))
        .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
        .where(
            WebhookEndpoint.provider_id == provider_id,
            WebhookEndpoint.failures > 0,
            Delivery.last_error.is_not(None),
        )
        .group_by(Delivery.endpoint_id)
    )
    with reading() as session:
        rows = session.execute(
            select(Delivery.endpoint_id, Delivery.last_error).where(Delivery.id.in_(newest))
        ).all()
    return {row.endpoint_id: row.last_error for row in rows}


def get(provider_id: str, endpoint_id: str) -> WebhookEndpoint:
    """One endpoint of a provider. Raises NotFound."""
    for one in list_of(provider_id):
        if one.id == endpoint_id:
            return one
    raise NotFound("No such endpoint")


def replace_secret(provider_id: str, endpoint_id: str, *, actor: str) -> str:
    """A new secret (a step), shown this once; for a day both sign. Raises NotFound, Conflict while
    an earlier replacement still overlaps: a third would end the first at once."""
    secret = new_webhook_secret()
    with transaction():
        endpoint = _locked(provider_id, endpoint_id)
        if endpoint.previous_expires_at and endpoint.previous_expires_at > clock.now():
            raise Conflict("The secret was replaced less than a day ago", "secret_replaced")
        endpoint.previous_secret = endpoint.secret
        endpoint.previous_expires_at = clock.now() + OVERLAP
        endpoint.secret = credentials.seal(
            secret, table="webhook_endpoints", owner=endpoint.id, service="webhook", field="secret"
        )
        records.audit("webhook_endpoint.secret_replaced", actor=actor, subject=endpoint.id)
    return secret


def disable(provider_id: str, endpoint_id: str, *, actor: str) -> None:
    """Send nothing there any more (a step); what happens meanwhile waits. Raises NotFound."""
    with transaction():
        endpoint = _locked(provider_id, endpoint_id)
        endpoint.disabled_at = endpoint.disabled_at or clock.now()
        endpoint.disabled_reason = BY_HAND
        records.audit("webhook_endpoint.disabled", actor=actor, subject=endpoint.id)


def enable(provider_id: str, endpoint_id: str, *, actor: str) -> None:
    """Send there again (a step), also what waited meanwhile. Raises NotFound."""
    with transaction():
        endpoint = _locked(provider_id, endpoint_id)
        endpoint.disabled_at = endpoint.disabled_reason = endpoint.failing_since = None
        endpoint.failures, endpoint.warned_at = 0, None
        _wake(endpoint)
        records.audit("webhook_endpoint.enabled", actor=actor, subject=endpoint.id)


def _wake(endpoint: WebhookEndpoint) -> None:
    waiting = db.session.scalars(
        select(Delivery)
        .where(Delivery.endpoint_id == endpoint.id, Delivery.status == DeliveryStatus.paused)
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    for delivery in waiting:
        delivery.status, delivery.next_attempt_at = DeliveryStatus.pending, clock.now()
        tasks.add("deliveries.send", {"delivery": delivery.id}, lane=endpoint.id)


def ping(provider_id: str, endpoint_id: str) -> None:
    """Send a test event to one endpoint (a step). Raises NotFound."""
    with transaction():
        endpoint = _locked(provider_id, endpoint_id)
        provider = db.session.get_one(Provider, provider_id)
        event = Event(provider_id=provider_id, type=EventType.ping, payload="")
        event.payload = dump(events.ping_payload(event, provider)).decode()
        db.session.add(event)
        events.deliver_to(endpoint, event)


def _locked(provider_id: str, endpoint_id: str) -> WebhookEndpoint:
    found: WebhookEndpoint | None = db.session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.provider_id == provider_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("No such endpoint")
    return found
