"""Fetching a picture, keeping it, and showing it with its order. Flows, for the task."""

from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from sqlalchemy import select, update

from app.adapters.gateways import base
from app.adapters.media.elsewhere import Elsewhere
from app.extensions import changed, db, reading, settings, transaction
from app.kit import clock
from app.kit.errors import Refused
from app.kit.images import picture_of
from app.kit.tenancy import current_org
from app.kit.tokens import digest
from app.models import ItemImage, Order, Organization
from app.services import records
from app.services.item_images import reach
from app.services.logos import keepers
from app.services.logos.dropping import drop_later
from app.services.tasks import Claimed

__all__ = ["abandon", "fetch"]

BOX = (256, 256)  # pixels: more than twice what the page shows
FRESH = timedelta(days=1)  # how long a picture is taken for what lies at its address
TRIES = 4  # within half a minute: no customer waits for a picture


def fetch(task: Claimed) -> None:
    """Fetch the picture that an order named, unless one of today is there, and show it with the
    order.

    What is wrong with it for good is told in the order's story. Raises base.Unavailable, base.Busy
    and OSError, to be tried again, until TRIES.
    """
    order_id, address = task.args["order"], task.args["address"]
    try:
        found = _of_today(address)
        _show(order_id, found or _fetched(address), is_new=found is None)
    except (base.Unavailable, base.Busy) as error:
        _tell_or_raise(task, error, error.reason)
    except OSError as error:
        _tell_or_raise(task, error, "it could not be written on this server")
    except base.GatewayError as error:
        _tell(order_id, error.reason)
    except Refused as error:
        _tell(order_id, error.message)


def abandon(order_id: str) -> None:
    """Say that a picture was given up (a part)."""
    _note(order_id, "the server could not be reached")


def _of_today(address: str) -> ItemImage | None:
    query = (
        select(ItemImage)
        .where(ItemImage.address_digest == digest(address))
        .where(ItemImage.created_at > clock.now() - FRESH)
        .order_by(ItemImage.created_at.desc())
        .limit(1)
    )
    with reading() as session:
        found: ItemImage | None = session.scalars(query).first()
    return found


def _fetched(address: str) -> ItemImage:
    keeper, scope_kind = keepers.chosen()
    elsewhere = _elsewhere(reach.networks(), settings().is_production)
    picture = picture_of(elsewhere.fetch(address), BOX)
    kept = keeper.keep(current_org(), picture, is_logo=False)
    return ItemImage(
        address_digest=digest(address),
        keeper=keeper.name,
        scope_kind=scope_kind,
        ref=kept.ref,
        url=kept.url,
        width=picture.width,
        height=picture.height,
    )


@lru_cache(maxsize=4)
def _elsewhere(networks: tuple[IPv4Network | IPv6Network, ...], https_only: bool) -> Elsewhere:
    """One for all pictures of an installation: its connections are kept alive."""
    return Elsewhere(networks, https_only=https_only)


def _show(order_id: str, image: ItemImage, *, is_new: bool) -> None:
    """A step. Of an organization that was deleted meanwhile nothing is kept."""
    # Holds off whoever erases the organization, and nobody else.
    query = select(Organization.closed_at).where(Organization.id == current_org())
    with transaction():
        closed_at = db.session.scalar(query.with_for_update(read=True, key_share=True))
        if closed_at is not None:
            if is_new:
                drop_later(image)
            return
        if is_new:
            db.session.add(image)
            db.session.flush()
        changed(update(Order).where(Order.id == order_id).values(image_id=image.id))


def _tell_or_raise(task: Claimed, error: Exception, reason: str) -> None:
    if task.attempts < TRIES:
        raise error
    _tell(task.args["order"], reason)


def _tell(order_id: str, reason: str) -> None:
    with transaction():
        _note(order_id, reason)


def _note(order_id: str, reason: str) -> None:
    order = db.session.scalars(select(Order).where(Order.id == order_id)).one_or_none()
    if order is not None:
        records.timeline(order, "item_image.not_shown", reason=reason)
