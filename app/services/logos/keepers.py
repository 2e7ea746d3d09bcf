"""Who keeps a new picture, and who has one that was kept before."""

from app.adapters.gateways import base
from app.adapters.media import Keeper
from app.adapters.media.disk import Disk
from app.extensions import reading, settings
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.services import credentials, routing
from app.services.credentials import PLATFORM, Scope, Stored
from app.services.integrations.cards import own_scope, uses_platform

__all__ = ["chosen", "disk", "of_kind"]

IMAGEKIT = "imagekit"


def disk() -> Disk:
    """The folder of this installation; every server and worker has to see the same one."""
    return Disk(settings().instance / "images")


def chosen() -> tuple[Keeper, str]:
    """The keeper of new pictures and whose account it is: the organization's ImageKit, else the
    operator's where the organization may use it, else our disk, which is nobody's. No call.

    Raises Refused where the first of them that has values is not usable: a picture never goes to
    another account by accident.
    """
    with reading():
        found = _first()
    if found is None:
        return disk(), ""
    try:
        return routing.connect_stored(found), found.scope.kind
    except base.Misconfigured as error:
        raise Refused(
            "ImageKit is not set up completely: look at it under Integrations",
            "images_misconfigured",
        ) from error


def of_kind(keeper: str, scope_kind: str) -> Keeper:
    """The keeper that has a picture, with the account it was kept with, as that is stored now.
    Raises base.Misconfigured where its values are gone or do not open."""
    if keeper == Disk.name:
        return disk()
    scope = PLATFORM if scope_kind == PLATFORM.kind else Scope(scope_kind, current_org())
    found: Keeper = routing.connect_scope(keeper, scope)
    return found


def _first() -> Stored | None:
    scopes = [own_scope(), PLATFORM] if uses_platform() else [own_scope()]
    stored = (credentials.stored(IMAGEKIT, scope) for scope in scopes)
    return next((one for one in stored if not one.is_empty), None)
