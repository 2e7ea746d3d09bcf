"""Asking for an export. Who took which columns out of the house is written into the audit log."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from app.extensions import db, transaction
from app.kit.tenancy import as_org, current_org
from app.models import Export
from app.services import records, tasks
from app.services.exports import batches, columns
from app.services.orders import filters, listing
from app.services.orders.filters import Filter

__all__ = ["AT_ONCE", "at_once", "fits_at_once", "start"]

AT_ONCE = 5_000  # orders


def fits_at_once(wanted: Filter) -> bool:
    """Whether so few orders fit that the answer itself carries them."""
    return listing.are_at_most(wanted, AT_ONCE)


def at_once(wanted: Filter, names: Sequence[str], zone: str, *, actor: str) -> Iterator[bytes]:
    """The file, piece by piece; noted in the audit log before the first one (a step)."""
    with transaction():
        records.audit("orders.exported", actor=actor, columns=list(names))
    return _pieces(current_org(), wanted, names, ZoneInfo(zone))


def _pieces(org_id: str, wanted: Filter, names: Sequence[str], zone: ZoneInfo) -> Iterator[bytes]:
    yield columns.title_line(names)
    last_id = None
    while True:
        with as_org(org_id):  # never across a yield: somebody else runs in between
            rows = batches.after(wanted, last_id)
        if rows:
            yield columns.lines(rows, names, zone)
        if len(rows) < batches.BATCH:
            return
        last_id = rows[-1].id


def start(wanted: Filter, names: Sequence[str], zone: str, *, actor: str) -> str:
    """Leave the writing of a file to a worker (a step); the export's id."""
    row = Export(asked_by=actor, wanted=filters.write(wanted), columns=list(names), zone=zone)
    with transaction():
        db.session.add(row)
        tasks.add("orders.export", {"export": row.id})
        records.audit("orders.exported", actor=actor, subject=row.id, columns=list(names))
    return row.id
