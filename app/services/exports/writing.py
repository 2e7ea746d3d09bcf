"""Writing an export's file, in slices that end well before a task's lease does.

After each batch the file is on disk and its size noted, in that order; whoever goes on cuts the
file to that size first. So a worker may die anywhere, and no order is missing or there twice.
"""

import os
import time
from dataclasses import dataclass
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app.extensions import changed, reading, transaction
from app.kit import clock
from app.models import Export, ExportStatus, NoticeKind
from app.services import notices, tasks
from app.services.exports import batches, columns, files
from app.services.orders import filters
from app.services.orders.filters import Filter

__all__ = ["write"]

SLICE = 20.0  # seconds, of a lease of 120
KEEP = 24 * 3600  # seconds


@dataclass
class _Place:
    """How far the file is written."""

    written: int
    size: int
    last_id: str | None


def write(export_id: str) -> tasks.Again | None:
    """Write on, for a slice (a flow). Ends quietly when it was cancelled, or another writes."""
    with reading() as session:
        row = session.scalars(select(Export).where(Export.id == export_id)).one()
    if row.status != ExportStatus.writing:
        return None
    wanted = filters.read(row.wanted)
    place = _Place(row.written, row.size, row.last_id)
    if row.total is None:
        _note_total(export_id, batches.total(wanted))
    with files.opened(export_id) as file:
        file.truncate(place.size)
        file.seek(place.size)
        return _write_slice(row, wanted, place, file)


def _write_slice(row: Export, wanted: Filter, place: _Place, file: IO[bytes]) -> tasks.Again | None:
    until = time.monotonic() + SLICE
    zone = ZoneInfo(row.zone)
    if not place.size:
        file.write(columns.title_line(row.columns))
    while time.monotonic() < until:
        rows = batches.after(wanted, place.last_id)
        file.write(columns.lines(rows, row.columns, zone))
        file.flush()
        os.fsync(file.fileno())
        is_last = len(rows) < batches.BATCH
        to = _Place(place.written + len(rows), file.tell(), rows[-1].id if rows else place.last_id)
        if not _note(row, place, to, is_last):
            files.remove_unless_kept(row.id)
            return None
        if is_last:
            return None
        place = to
    return tasks.Again(clock.now())


def _note_total(export_id: str, total: int) -> None:
    with transaction():
        changed(update(Export).where(Export.id == export_id).values(total=total))


def _note(row: Export, was: _Place, now: _Place, is_last: bool) -> bool:
    """Write down how far the file is (a step); False when it is no longer ours to write."""
    values: dict[str, Any] = {"written": now.written, "size": now.size, "last_id": now.last_id}
    if is_last:
        values |= {"status": ExportStatus.ready, "expires_at": clock.after(KEEP)}
    with transaction():
        ours = changed(
            update(Export)
            .where(
                Export.id == row.id,
                Export.status == ExportStatus.writing,
                Export.written == was.written,
                Export.size == was.size,
            )
            .values(**values)
        )
        if ours and is_last:
            notices.tell(NoticeKind.export_ready, row.id, only_for=row.asked_by, orders=now.written)
            tasks.add("orders.drop_export", {"export": row.id}, due=clock.after(KEEP))
    return bool(ours)
