"""Exports' files: below the instance's folder, which web and workers share, for a day."""

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy import Update, delete, select, update

from app.extensions import changed, db, reading, settings, this_transaction, transaction
from app.kit.errors import NotFound
from app.models import Export, ExportStatus
from app.services.tasks import Claimed

__all__ = [
    "abandon",
    "cancel",
    "drop",
    "drop_all",
    "get",
    "latest",
    "opened",
    "path_of_ready",
    "remove_unless_kept",
]


def get(export_id: str) -> Export:
    """One export of the current organization. Raises NotFound."""
    with reading() as session:
        query = select(Export).where(Export.id == export_id)
        found: Export | None = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("No such export")
    return found


def latest(limit: int = 5) -> Sequence[Export]:
    """The newest exports, newest first."""
    with reading() as session:
        found: Sequence[Export] = session.scalars(
            select(Export).order_by(Export.id.desc()).limit(limit)
        ).all()
    return found


def path_of_ready(export_id: str) -> Path:
    """The file of an export that is ready. Raises NotFound for one that is not, or no more."""
    path = _path(export_id)
    if get(export_id).state != ExportStatus.ready or not path.is_file():
        raise NotFound("This file is not there, or no longer")
    return path


def cancel(export_id: str) -> None:
    """Stop writing, and throw away what was written (a step). Nothing happens to one that ended."""
    get(export_id)
    if _end(export_id, ExportStatus.writing, ExportStatus.cancelled):
        _remove(export_id)


def drop(export_id: str) -> None:
    """Remove a file whose time is up (a step, for the task)."""
    if _end(export_id, ExportStatus.ready, ExportStatus.expired):
        _remove(export_id)


def abandon(task: Claimed) -> None:
    """The task was given up (a part)."""
    changed(_move(task.args["export"], ExportStatus.writing, ExportStatus.failed))


def drop_all() -> None:
    """Remove every export of the current organization (a part): the files after the commit."""
    for export_id in db.session.scalars(select(Export.id)).all():
        this_transaction().after_commit(partial(_remove, export_id))
    changed(delete(Export))


def remove_unless_kept(export_id: str) -> None:
    """Remove a file that was written after its export had been ended."""
    if get(export_id).status not in {ExportStatus.writing, ExportStatus.ready}:
        _remove(export_id)


def opened(export_id: str) -> IO[bytes]:
    """The file, to write on; made if it is not there. Nobody else on the machine reads it."""
    path = _path(export_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def _path(export_id: str) -> Path:
    return settings().instance / "exports" / f"{export_id}.csv"


def _remove(export_id: str) -> None:
    with suppress(FileNotFoundError):
        _path(export_id).unlink()


def _end(export_id: str, was: ExportStatus, now: ExportStatus) -> bool:
    with transaction():
        return bool(changed(_move(export_id, was, now)))


def _move(export_id: str, was: ExportStatus, now: ExportStatus) -> Update:
    return update(Export).where(Export.id == export_id, Export.status == was).values(status=now)
