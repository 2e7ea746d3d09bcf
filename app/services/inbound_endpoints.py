"""The addresses at which gateways call us: one for each scope and gateway, minted on first save;
and what is known of the calls that come there."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select, update

from app.extensions import changed, db, insert_once, settings, transaction
from app.kit import clock
from app.kit.tokens import new_id, new_token
from app.models import DoorKind, InboundEndpoint
from app.services import doors
from app.services.credentials.scopes import PLATFORM, Scope

__all__ = [
    "address",
    "ensure",
    "find",
    "forget_check",
    "note_call",
    "note_check",
    "note_refusal",
    "of_scope",
]

NOTE_EVERY = timedelta(minutes=1)  # a flood of calls, right or forged, costs one write a minute


def ensure(gateway: str, kind: str, owner: str) -> InboundEndpoint:
    """The endpoint of a scope of the current organization, made where there is none (a part)."""
    endpoint_id, token, now = new_id("ine"), new_token(), clock.now()
    made = insert_once(
        InboundEndpoint,
        id=endpoint_id,
        gateway=gateway,
        scope_kind=kind,
        scope_owner=owner,
        token=token,
        registered_url=address(gateway, token),
        created_at=now,
        updated_at=now,
    )
    if made:
        doors.cut(DoorKind.inbound, token, endpoint_id)
    found: InboundEndpoint = db.session.scalars(_of(gateway, kind, owner)).one()
    return found


def find(gateway: str, kind: str, owner: str) -> InboundEndpoint | None:
    """The endpoint of a scope of the current organization, if it was ever minted (a part)."""
    found: InboundEndpoint | None = db.session.scalars(_of(gateway, kind, owner)).one_or_none()
    return found


def _of(gateway: str, kind: str, owner: str) -> Select[Any]:
    return select(InboundEndpoint).where(
        InboundEndpoint.gateway == gateway,
        InboundEndpoint.scope_kind == kind,
        InboundEndpoint.scope_owner == owner,
    )


def address(gateway: str, token: str | None = None) -> str:
    """The absolute address to register at a gateway; without a token the platform's."""
    path = f"/api/webhooks/{gateway}" + (f"/{token}" if token else "")
    return settings().public_base_url + path


def of_scope(gateway: str, scope: Scope) -> str:
    """The absolute address of a scope (a step: it is minted where there is none)."""
    if scope == PLATFORM:
        return address(gateway)
    with transaction():
        return address(gateway, ensure(gateway, scope.kind, scope.owner).token)


def note_call(seen: InboundEndpoint) -> None:
    """A call was believed (a step, at most once a minute, and after one that was not). `seen` is
    the row as it was when the call came."""
    last, refused = seen.last_event_at, seen.refused_at
    if _is_fresh(last) and not (refused and last and refused >= last):
        return
    _note(seen, last_event_at=clock.now())


def note_refusal(seen: InboundEndpoint, status: int) -> None:
    """A call was not taken, and answered with `status` (a step, at most once a minute)."""
    if _is_fresh(seen.refused_at):
        return
    now = clock.now()
    stale = or_(
        InboundEndpoint.refused_at.is_(None), InboundEndpoint.refused_at <= now - NOTE_EVERY
    )
    _note(seen, stale, refused_at=now, refused_status=status)


def _is_fresh(moment: datetime | None) -> bool:
    return moment is not None and clock.now() - moment < NOTE_EVERY


def _note(seen: InboundEndpoint, *where: Any, **values: Any) -> None:
    with transaction():
        changed(update(InboundEndpoint).where(InboundEndpoint.id == seen.id, *where).values(values))


def note_check(
    gateway: str, kind: str, owner: str, state: str, registered_url: str | None = None
) -> None:
    """Somebody looked how the address is registered, and saw it there as `registered_url` (a
    part). Some companies sign the address they know, which is not ours any more once we moved."""
    row = ensure(gateway, kind, owner)
    row.checked_at, row.check_state = clock.now(), state
    row.registered_url = registered_url or row.registered_url


def forget_check(gateway: str, kind: str, owner: str) -> None:
    """The keys may be another account's: what was seen there says nothing any more (a part)."""
    row = ensure(gateway, kind, owner)
    row.checked_at = row.check_state = None
