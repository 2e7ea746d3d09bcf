"""A new logo in place of the old one, or none. Flows: a keeper may be another company."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.media import Keeper, Kept
from app.extensions import db, transaction
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.images import Picture, picture_of
from app.kit.tenancy import current_org
from app.models import Logo, Organization, Provider
from app.services import records
from app.services.logos import keepers
from app.services.logos.dropping import drop_later
from app.services.logos.showing import of, of_owner

__all__ = ["put", "remove"]


def put(content: bytes, provider_id: str | None = None, *, actor: str) -> None:
    """Make an uploaded file the logo of a provider, or of the current organization (a flow).

    Raises Refused for what is no image (see `picture_of`) and where no keeper takes it, NotFound
    for a provider that is not there, Conflict `saved_meanwhile` where somebody else changed it at
    the same moment.
    """
    picture = picture_of(content)
    before, (keeper, scope_kind) = of(provider_id), keepers.chosen()
    kept = _keep(keeper, provider_id or current_org(), picture)
    made = Logo(
        provider_id=provider_id,
        keeper=keeper.name,
        scope_kind=scope_kind,
        ref=kept.ref,
        url=kept.url,
        width=picture.width,
        height=picture.height,
    )
    try:
        with transaction():
            if _replace(before, made):
                _note_changed(provider_id, actor)
    except (Conflict, NotFound):
        with transaction():
            drop_later(made)
        raise


def remove(provider_id: str | None = None, *, actor: str) -> None:
    """Take the logo of a provider, or of the current organization, away (a step)."""
    with transaction():
        found = _locked(provider_id)
        if found is None:
            return
        drop_later(found)
        db.session.delete(found)
        if provider_id is None:
            records.audit("organization.logo_removed", actor=actor)
        else:
            records.audit("provider.logo_removed", actor=actor, subject=provider_id)


def _keep(keeper: Keeper, subject: str, picture: Picture) -> Kept:
    try:
        return keeper.keep(subject, picture)
    except (base.Unavailable, base.Busy) as error:
        raise Refused(
            f"It could not be kept now: {error.reason}", "images_away", said=error.reason
        ) from error
    except base.GatewayError as error:
        raise Refused(
            f"ImageKit does not take it: {error.reason}", "images_refused", said=error.reason
        ) from error
    except OSError as error:
        raise Refused("It could not be written on this server", "image_not_kept") from error


def _replace(before: Logo | None, made: Logo) -> bool:
    """Only what was there when it began is replaced: of two at once the second one is told. False
    where it is the same picture once more."""
    now = _locked(made.provider_id)
    if (now.ref if now else None) != (before.ref if before else None):
        raise Conflict("Somebody saved this meanwhile", "saved_meanwhile")
    if now is not None and now.ref == made.ref:
        return False
    if now is not None:
        drop_later(now)
        db.session.delete(now)
        db.session.flush()  # there is one logo of each at any moment
    db.session.add(made)
    return True


def _locked(provider_id: str | None) -> Logo | None:
    """The logo, while nobody else changes one of this organization. Raises NotFound for a provider
    that is not there."""
    owner = select(Organization.id).where(Organization.id == current_org()).with_for_update()
    db.session.scalars(owner).one()
    if provider_id is not None:
        query = select(Provider.id).where(Provider.id == provider_id)
        if db.session.scalar(query) is None:
            raise NotFound("No such provider")
    found: Logo | None = db.session.scalars(select(Logo).where(of_owner(provider_id))).one_or_none()
    return found


def _note_changed(provider_id: str | None, actor: str) -> None:
    if provider_id is None:
        records.audit("organization.logo_changed", actor=actor)
    else:
        records.audit("provider.logo_changed", actor=actor, subject=provider_id)
