"""A seller's statement as CSV: the lines of its page, between two lines for the balances."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from zoneinfo import ZoneInfo

from app.extensions import transaction
from app.kit.tenancy import as_org, current_org
from app.services import records
from app.services.exports import cells
from app.services.sellers.look import get
from app.services.sellers.statement import Entry, Period, Sums, statement

__all__ = ["COLUMNS", "export"]

COLUMNS = ("at", "kind", "order_id", "item", "held", "released", "fee", "currency")
BATCH = 1_000  # lines


def export(
    seller_id: str, currency: str, period: Period, zone: str, *, actor: str
) -> Iterator[bytes]:
    """The file, piece by piece; noted in the audit log before the first one (a step). Raises
    NotFound."""
    get(seller_id)
    with transaction():
        records.audit("seller.statement_exported", actor=actor, subject=seller_id)
    return _pieces(current_org(), seller_id, currency, period, ZoneInfo(zone))


def _pieces(
    org_id: str, seller_id: str, currency: str, period: Period, zone: tzinfo
) -> Iterator[bytes]:
    yield cells.written([COLUMNS])
    sums: Sums | None = None
    after: int | None = 0
    while after is not None:
        with as_org(org_id):  # never across a yield: somebody else runs in between
            page = statement(seller_id, currency, period, after=after, limit=BATCH)
        if sums is None:
            sums = page.opening
            at = cells.moment(period.since, zone)
            yield cells.written([[at, "opening_balance", "", "", *_amounts(sums, currency)]])
        yield cells.written(_line(one, currency, zone) for one in page.entries)
        # What was written adds up, whatever else is committed while this is being written.
        sums, after = sums + page.moved, page.next_cursor
    at = cells.moment(period.until, zone)
    yield cells.written([[at, "closing_balance", "", "", *_amounts(sums or Sums(), currency)]])


def _line(one: Entry, currency: str, zone: tzinfo) -> Sequence[str]:
    at = cells.moment(one.at, zone)
    return [at, one.kind, one.order_id, cells.safe(one.item), *_amounts(one.change, currency)]


def _amounts(sums: Sums, currency: str) -> Sequence[str]:
    parts = (sums.held, sums.released, sums.fee)
    return [*(cells.amount(one, currency) for one in parts), currency]
