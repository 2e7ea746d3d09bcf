"""Deleting pictures that nobody shows any more."""

from collections.abc import Mapping

import structlog
from sqlalchemy import select, update

from app.adapters.gateways import base
from app.adapters.media import Kept
from app.extensions import changed, db, reading
from app.kit import clock
from app.kit.tenancy import current_org
from app.models import Logo, Task
from app.services import tasks
from app.services.logos import keepers

__all__ = ["drop", "drop_all", "drop_later"]

NAME = "logos.drop"
GRACE = 3600  # seconds: pages that are open go on showing what they were made with

log = structlog.get_logger()


def drop_later(logo: Logo) -> None:
    """Leave the task that deletes a logo's picture (a part)."""
    tasks.add(NAME, _args(logo), due=clock.after(GRACE))


def drop(args: Mapping[str, str]) -> None:
    """Delete a picture (a flow, for the task), unless it came into use once more: equal ones lie
    under one name on our disk.

    Where the account does not let us in any more it stays there, with a line in the log. Raises
    base.Unavailable and base.Busy, to be tried again.
    """
    with reading() as session:
        query = select(Logo.id).where(Logo.keeper == args["keeper"], Logo.ref == args["ref"])
        if session.scalars(query).first() is not None:
            return
    try:
        keeper = keepers.of_kind(args["keeper"], args["scope"])
        keeper.drop(Kept(args["ref"], args["url"]))
    except (base.Unavailable, base.Busy):
        raise
    except base.GatewayError as error:
        log.warning("logos.left_behind", keeper=args["keeper"], reason=error.reason)


def drop_all() -> bool:
    """Have every picture of the current, deleted organization deleted by tasks that are due now (a
    part). True while some are still to be: without its keys nobody could."""
    for one in db.session.scalars(select(Logo)).all():
        tasks.add(NAME, _args(one))
        db.session.delete(one)
    db.session.flush()
    waiting = (Task.org_id == current_org(), Task.name == NAME, Task.dead_at.is_(None))
    changed(update(Task).where(*waiting, Task.attempts == 0).values(due_at=clock.now()))
    return db.session.scalar(select(Task.id).where(*waiting).limit(1)) is not None


def _args(logo: Logo) -> dict[str, str]:
    return {
        "keeper": logo.keeper,
        "scope": logo.scope_kind,
        "ref": logo.ref,
        "url": logo.url,
    }
