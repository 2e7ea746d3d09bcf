"""A call comes in: verified, stored, a task left. Nothing is ever accepted unverified; a call that
nobody can sign is only a hint to ask, at a measured pace."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import structlog

from app.adapters.gateways import base
from app.extensions import insert_once, transaction
from app.kit import clock
from app.kit.errors import AppError
from app.kit.tenancy import as_org
from app.kit.tokens import new_id
from app.models import InboundEvent
from app.services import credentials, inbound_endpoints, routing, tasks
from app.services.credentials import Scope
from app.services.inbound.matching import Match, found_of, note_foreign
from app.services.inbound.sources import Source

__all__ = ["HINT_EVERY", "receive", "refused"]

log = structlog.get_logger()

HINT_EVERY = 30  # seconds between questions about one payment that only hints ask for


def receive(
    gateway: str, source: Source, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
) -> str:
    """Take one call in: verify, store, leave a task (a flow). Gives what became of it.

    Raises AppError 503 without a secret to verify with, 400 for a wrong signature, 502 when
    nobody can verify it now and it should be sent again. Nothing is ever accepted unverified.
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
    except base.GatewayError as error:  # some are asked whether they made a call
        log.info("inbound.unproven", gateway=gateway, error=type(error).__name__)
        raise AppError("The call cannot be verified now", "unverifiable", status=502) from error
    if not event.is_relevant:
        return "ignored"
    found = found_of(gateway, source, event)
    if found is None:
        note_foreign(gateway, source, event)
        return "unmatched"
    with as_org(found.org_id):
        return _store(gateway, source.scope, event, found, body or _text(query))


def _text(query: Mapping[str, str]) -> bytes:
    """A call without a body says what it says in its address."""
    return urlencode(query).encode()


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


def _store(gateway: str, scope: Scope, event: base.GatewayEvent, found: Match, body: bytes) -> str:
    """The unique key, not a look beforehand, decides whether this one is new (a step)."""
    with transaction():
        for external_id, due in _turns(event, found):
            event_id = new_id("iev")
            if _insert(event_id, external_id, gateway, scope, event, found, body):
                tasks.add("inbound.apply", {"event": event_id}, due=due)
                return "stored"
    return "seen"


def _turns(event: base.GatewayEvent, found: Match) -> list[tuple[str, datetime]]:
    """Under which keys it may be stored, and when it is applied.

    A proven event counts once, by its own id. Of hints about a payment one is followed in each
    span of time and one more at the next span's beginning, whatever they say: so a flood costs
    little, and the last one, which may be the true one, is never lost. What no question would
    bring out, a claim with a note for a person, is kept beside them, once for a payment.
    """
    now = clock.now()
    if event.is_proven:
        return [(event.external_id, now)]
    turn = int(now.timestamp()) // HINT_EVERY
    claims = [(f"claim:{found.id}:{event.type}", now)] if event.note else []
    return [
        *claims,
        (f"hint:{found.id}:{turn}", now),
        (f"hint:{found.id}:{turn + 1}", clock.from_unix((turn + 1) * HINT_EVERY)),
    ]


def _insert(
    event_id: str,
    external_id: str,
    gateway: str,
    scope: Scope,
    event: base.GatewayEvent,
    found: Match,
    body: bytes,
) -> bool:
    sealed = credentials.seal(
        body.decode("utf-8", "replace"),
        table="inbound_events",
        owner=event_id,
        service=gateway,
        field="body",
    )
    return insert_once(
        InboundEvent,
        id=event_id,
        gateway=gateway,
        scope_kind=scope.kind,
        scope_owner=scope.owner,
        external_id=external_id,
        type=event.type,
        about=event.about,
        payment_id=None if found.is_seller else found.id,
        seller_id=found.id if found.is_seller else None,
        # Where nobody signed the call, what it names is not followed: our own id or none.
        gateway_ref=event.gateway_ref if event.is_proven else None,
        body=sealed,
        snapshot=event.snapshot.to_dict() if event.snapshot else None,
        note=event.note,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
