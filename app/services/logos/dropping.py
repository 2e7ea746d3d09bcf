"""Deleting pictures that nobody shows any more."""

from collections.abc import Mapping

import structlog
from sqlalchemy import delete, select, update

from app.adapters.gateways import base
from app.adapters.media import Kept
from app.extensions import changed, db, reading
from app.kit import clock
from app.kit.tenancy import current_org
from app.models import ItemImage, Logo, Order, Task
from app.services import tasks
from app.services.logos import keepers

__all__ = ["drop", "drop_all", "drop_later"]

NAME = "logos.drop"  # and the lane: pictures must not take the workers that money waits for
BATCH = 1000  # pictures of items in one transaction, which holds the organization's row
GRACE = 3600  # seconds: pages that are open go on showing what they were made with

log = structlog.get_logger()


def drop_later(picture: Logo | ItemImage) -> None:
    """Leave the task that deletes a picture (a part)."""
    tasks.add(NAME, _args(picture), due=clock.after(GRACE), lane=NAME)


def drop(args: Mapping[str, str]) -> None:
    """Delete a picture (a flow, for the task), unless it came into use once more: equal ones lie
    under one name on our disk.

    Where the account does not let us in any more it stays there, with a line in the log. Raises
    base.Unavailable and base.Busy, to be tried again.
    """
    if _is_shown(args["keeper"], args["ref"]):
        return
    try:
        keeper = keepers.of_kind(args["keeper"], args["scope"])
        keeper.drop(Kept(args["ref"], args["url"]))
    except (base.Unavailable, base.Busy):
        raise
    except base.GatewayError as error:
        log.warning("logos.left_behind", keeper=args["keeper"], reason=error.reason)


def drop_all() -> bool:
    """Have pictures of the current, deleted organization deleted by tasks that are due now, BATCH
    of items in each call (a part). True while some are still to be: without its keys nobody
    could."""
    for one in db.session.scalars(select(Logo)).all():
        tasks.add(NAME, _args(one), lane=NAME)
    changed(delete(Logo))
    _drop_images()
    waiting = (Task.org_id == current_org(), Task.name == NAME, Task.dead_at.is_(None))
    changed(update(Task).where(*waiting, Task.attempts == 0).values(due_at=clock.now()))
    return db.session.scalar(select(Task.id).where(*waiting).limit(1)) is not None


def _drop_images() -> None:
    images = db.session.scalars(select(ItemImage).order_by(ItemImage.id).limit(BATCH)).all()
    ids = [one.id for one in images]
    # One that lies at an address for days is kept, and deleted, once for each day; while another
    # batch has one of them, its file stays.
    for args in {tuple(_args(one).items()) for one in images}:
        tasks.add(NAME, dict(args), lane=NAME)
    changed(update(Order).where(Order.image_id.in_(ids)).values(image_id=None))
    changed(delete(ItemImage).where(ItemImage.id.in_(ids)))


def _is_shown(keeper: str, ref: str) -> bool:
    with reading() as session:
        for model in (Logo, ItemImage):
            query = select(model.id).where(model.keeper == keeper, model.ref == ref)
            if session.scalars(query.limit(1)).first() is not None:
                return True
    return False


def _args(picture: Logo | ItemImage) -> dict[str, str]:
    return {
        "keeper": picture.keeper,
        "scope": picture.scope_kind,
        "ref": picture.ref,
        "url": picture.url,
    }
