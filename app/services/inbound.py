"""Calls from gateways: verified against one scope's secret, stored, then applied once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import or_, select

from app.adapters.gateways import base
from app.extensions import db, insert_once, reading, transaction
from app.kit import clock
from app.kit.errors import AppError, NotFound
from app.kit.tenancy import across_organizations, as_org
from app.kit.tokens import new_id
from app.models import DoorKind, InboundEndpoint, InboundEvent, Payment
from app.registry import gateways
from app.services import (
    credentials,
    doors,
    inbound_endpoints,
    orders,
    payments,
    records,
    routing,
    tasks,
)
from app.services.credentials import PLATFORM, Scope

__all__ = ["apply", "endpoint_scope", "receive", "refused"]

log = structlog.get_logger()


@dataclass(frozen=True)
class Source:
    """Whose address was called; no organization for the platform's."""

    scope: Scope
    org_id: str | None
    url: str = ""
    endpoint: InboundEndpoint | None = field(default=None, repr=False)  # as it was when called


def endpoint_scope(gateway: str, token: str | None) -> Source:
    """The scope an inbound address stands for. Raises NotFound for an unknown one."""
    if gateway not in gateways() or not gateways()[gateway].is_active:
        raise NotFound("No such gateway")
    if token is None:
        return Source(PLATFORM, None)
    opened = doors.open_door(DoorKind.inbound, token)
    if opened is None:
        raise NotFound("No such endpoint")
    with as_org(opened.org_id), reading() as session:
        row = session.scalars(
            select(InboundEndpoint).where(
                InboundEndpoint.id == opened.subject_id, InboundEndpoint.gateway == gateway
            )
        ).one_or_none()
    if row is None:
        raise NotFound("No such endpoint")
    scope = Scope(row.scope_kind, row.scope_owner)
    return Source(scope, opened.org_id, row.registered_url or "", row)


def receive(
    gateway: str, source: Source, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
) -> str:
    """Take one call in: verify, store, leave a task (a flow). Gives what became of it.

    Raises AppError 503 without a secret to verify with, 400 for a wrong signature. Nothing is
    ever accepted unverified.
    """
    outcome = _take_in(gateway, source, body, headers, query)
    if source.endpoint and source.org_id:
        with as_org(source.org_id):
            inbound_endpoints.note_call(source.endpoint)
    return outcome


def refused(source: Source, status: int) -> None:
    """Note that a call was answered with an error (a step, at most once a minute), so that the
    merchant hears of a wrong secret."""
    if source.endpoint and source.org_id:
        with as_org(source.org_id):
            inbound_endpoints.note_refusal(source.endpoint, status)


def _take_in(
    gateway: str, source: Source, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
) -> str:
    adapter = _adapter(gateway, source)
    try:
        event: base.GatewayEvent = adapter.read_event(
            base.InboundCall(body, headers, query, source.url)
        )
    except base.BadSignature as error:
        raise AppError("Invalid signature", "invalid_signature", status=400) from error
    if not event.is_relevant:
        return "ignored"
    found = _payment_of(gateway, source, event)
    if found is None:
        _note_foreign(gateway, source, event)
        return "unmatched"
    with as_org(found.org_id):
        return _store(gateway, source.scope, event, found.id, body)


def _adapter(gateway: str, source: Source) -> base.Gateway:
    try:
        if source.org_id is None:
            adapter = routing.connect_for_events(gateway, source.scope)
        else:
            with as_org(source.org_id):
                adapter = routing.connect_for_events(gateway, source.scope)
    except base.Misconfigured as error:
        raise _no_secret() from error
    if not adapter.can_read_events():
        raise _no_secret()
    found: base.Gateway = adapter
    return found


def _no_secret() -> AppError:
    return AppError("No webhook secret is configured", "webhook_not_configured", status=503)


@dataclass(frozen=True)
class _Match:
    id: str
    org_id: str


def _payment_of(gateway: str, source: Source, event: base.GatewayEvent) -> _Match | None:
    """The payment of this scope that the event is about; never one of another scope."""
    known = [
        column == value
        for column, value in (
            (Payment.id, event.reference),
            (Payment.gateway_ref, event.gateway_ref),
            (Payment.gateway_payment_id, event.gateway_payment_id),
        )
        if value
    ]
    if not known:
        return None
    query = (
        select(Payment.id, Payment.org_id)
        .where(
            Payment.gateway == gateway,
            Payment.scope_kind == source.scope.kind,
            Payment.scope_owner == source.scope.owner,
            or_(*known),
        )
        .limit(2)
    )
    if source.org_id is None:
        with across_organizations("the platform's account serves many"), reading() as session:
            rows = session.execute(query).all()
    else:
        with as_org(source.org_id), reading() as session:
            rows = session.execute(query).all()
    named = [row for row in rows if row.id == event.reference] or rows
    return _Match(named[0].id, named[0].org_id) if named else None


def _note_foreign(gateway: str, source: Source, event: base.GatewayEvent) -> None:
    """Rightly signed, but about nothing of this scope: other people's business, unless it names
    an order of somebody else here."""
    log.info("inbound.unmatched", gateway=gateway, event_id=event.external_id, type=event.type)
    if not event.reference or source.org_id is None:
        return
    with across_organizations("does this name another organization's payment?"), reading() as s:
        owner = s.scalar(select(Payment.org_id).where(Payment.id == event.reference))
    if owner is None:
        return
    with as_org(source.org_id), transaction():
        records.audit(
            "inbound.foreign_reference",
            actor=f"gateway:{gateway}",
            subject=event.external_id,
            type=event.type,
            scope=source.scope.kind,
        )


def _store(
    gateway: str, scope: Scope, event: base.GatewayEvent, payment_id: str, body: bytes
) -> str:
    """The unique key, not a look beforehand, decides whether this one is new (a step)."""
    event_id = new_id("iev")
    sealed = credentials.seal(
        body.decode("utf-8", "replace"),
        table="inbound_events",
        owner=event_id,
        service=gateway,
        field="body",
    )
    with transaction():
        new = insert_once(
            InboundEvent,
            id=event_id,
            gateway=gateway,
            scope_kind=scope.kind,
            scope_owner=scope.owner,
            external_id=event.external_id,
            type=event.type,
            payment_id=payment_id,
            gateway_ref=event.gateway_ref,
            body=sealed,
            snapshot=event.snapshot.to_dict() if event.snapshot else None,
            note=event.note,
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        if new:
            tasks.add("inbound.apply", {"event": event_id})
    return "stored" if new else "seen"


def apply(event_id: str) -> tasks.Again | None:
    """Let a stored event have its effect, once (a flow, for the task).

    The event only says that there is news; what happened is what the gateway answers now.
    """
    with reading() as session:
        event = session.scalars(
            select(InboundEvent).where(InboundEvent.id == event_id)
        ).one_or_none()
    if event is None or event.applied_at is not None:
        return None
    if event.snapshot:
        orders.settle(event.payment_id, base.Snapshot.from_dict(event.snapshot))
    else:
        _ask(event)
    _applied(event)
    return None


def _ask(event: InboundEvent) -> None:
    """Ask about the payment; the event may be quicker than the answer to our own call, which
    would have told us its id."""
    try:
        payments.ask(event.payment_id, actor="gateway", ref_hint=event.gateway_ref)
    except (base.Declined, base.MethodUnavailable) as error:
        payments.record_error(event.payment_id, error)


def _applied(event: InboundEvent) -> None:
    with transaction():
        row = db.session.scalars(
            select(InboundEvent).where(InboundEvent.id == event.id).with_for_update()
        ).one()
        if row.applied_at is None and row.note:
            order, payment = orders.lock(row.payment_id)
            records.timeline(
                order, f"gateway.{row.type}", payment=payment, actor=row.gateway, note=row.note
            )
        row.applied_at = clock.now()
