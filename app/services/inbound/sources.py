"""Whose address a company called."""

from dataclasses import dataclass, field

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.kit.tenancy import as_org
from app.models import DoorKind, InboundEndpoint
from app.registry import services
from app.services import doors, inbound_endpoints
from app.services.credentials import PLATFORM, Scope

__all__ = ["Source", "endpoint_scope"]


@dataclass(frozen=True)
class Source:
    """Whose address was called; no organization for the platform's."""

    scope: Scope
    org_id: str | None
    url: str = ""
    endpoint: InboundEndpoint | None = field(default=None, repr=False)  # as it was when called


def endpoint_scope(gateway: str, token: str | None) -> Source:
    """The scope an inbound address stands for. Raises NotFound for an unknown one."""
    one = services().get(gateway)
    if one is None or not one.is_active or not one.calls_us:
        raise NotFound("No such gateway")
    if token is None:
        return Source(PLATFORM, None, inbound_endpoints.address(gateway))
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
