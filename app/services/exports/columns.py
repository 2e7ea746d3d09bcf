"""The columns of an export, and orders as lines of CSV (RFC 4180) in UTF-8.

Amounts have a decimal point and no currency, which is a column of its own; moments are ISO 8601
with the offset of the zone that was asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import Any

from app.services.exports import cells

__all__ = ["COLUMNS", "lines", "title_line"]

COLUMNS: dict[str, Callable[[Any, tzinfo], str | None]] = {
    "order_id": lambda row, zone: row.id,
    "external_id": lambda row, zone: row.external_id,
    "created_at": lambda row, zone: cells.moment(row.created_at, zone),
    "paid_at": lambda row, zone: cells.moment(row.paid_at, zone),
    "status": lambda row, zone: row.status,
    "item": lambda row, zone: row.item_name,
    "amount": lambda row, zone: cells.amount(row.amount_minor, row.currency),
    "refunded": lambda row, zone: cells.amount(row.refunded_minor, row.currency),
    "currency": lambda row, zone: row.currency,
    "customer_email": lambda row, zone: row.customer_email,
    "provider": lambda row, zone: row.provider,
    "gateway": lambda row, zone: row.gateway,
    "gateway_payment_id": lambda row, zone: row.gateway_payment_id,
    "mode": lambda row, zone: "test" if row.test_mode else "live",
}


def title_line(columns: Sequence[str]) -> bytes:
    """The first line: the columns' names, in whatever language somebody reads the pages."""
    return cells.written([columns])


def lines(rows: Iterable[Any], columns: Sequence[str], zone: tzinfo) -> bytes:
    """Orders as `batches.after` gives them."""
    found = [COLUMNS[name] for name in columns]
    return cells.written([cells.safe(cell(row, zone)) for cell in found] for row in rows)
