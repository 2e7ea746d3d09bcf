"""The addresses at which gateways call us: one for each scope and gateway, minted on first save."""

from sqlalchemy import select

from app.extensions import db, insert_once, settings
from app.kit import clock
from app.kit.tokens import new_id, new_token
from app.models import DoorKind, InboundEndpoint
from app.services import doors

__all__ = ["address", "ensure"]


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
    return db.session.scalars(
        select(InboundEndpoint).where(
            InboundEndpoint.gateway == gateway,
            InboundEndpoint.scope_kind == kind,
            InboundEndpoint.scope_owner == owner,
        )
    ).one()


def address(gateway: str, token: str | None = None) -> str:
    """The absolute address to register at a gateway; without a token the platform's."""
    path = f"/api/webhooks/{gateway}" + (f"/{token}" if token else "")
    return settings().public_base_url + path
