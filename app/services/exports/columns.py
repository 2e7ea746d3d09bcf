"""The columns of an export, and orders as lines of CSV (RFC 4180) in UTF-8.

Amounts have a decimal point and no currency, which is a column of its own; moments are ISO 8601
with the offset of the zone that was asked for.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from app.kit.money import Money

__all__ = ["COLUMNS", "lines", "title_line"]

# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _moment(value: datetime | None, zone: tzinfo) -> str:
    return value.astimezone(zone).isoformat(timespec="seconds") if value else ""


def _amount(minor: int | None, currency: str) -> str:
    return str(Money(minor, currency).major) if minor is not None else ""


COLUMNS: dict[str, Callable[[Any, tzinfo], str | None]] = {
    "order_id": lambda row, zone: row.id,
    "external_id": lambda row, zone: row.external_id,
    "created_at": lambda row, zone: _moment(row.created_at, zone),
    "paid_at": lambda row, zone: _moment(row.paid_at, zone),
    "status": lambda row, zone: row.status,
    "item": lambda row, zone: row.item_name,
    "amount": lambda row, zone: _amount(row.amount_minor, row.currency),
    "refunded": lambda row, zone: _amount(row.refunded_minor, row.currency),
    "currency": lambda row, zone: row.currency,
    "customer_email": lambda row, zone: row.customer_email,
    "provider": lambda row, zone: row.provider,
    "gateway": lambda row, zone: row.gateway,
    "gateway_payment_id": lambda row, zone: row.gateway_payment_id,
    "mode": lambda row, zone: "test" if row.test_mode else "live",
}


def title_line(columns: Sequence[str]) -> bytes:
    """The first line: the columns' names, in whatever language somebody reads the pages."""
    return _written([columns])


def lines(rows: Iterable[Any], columns: Sequence[str], zone: tzinfo) -> bytes:
    """Orders as `batches.after` gives them."""
    cells = [COLUMNS[name] for name in columns]
    return _written([_safe(cell(row, zone)) for cell in cells] for row in rows)


def _safe(text: str | None) -> str:
    """A text that no spreadsheet runs: an apostrophe before it makes it one."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
