"""Lines of CSV (RFC 4180) in UTF-8, which no spreadsheet takes for more than they are."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from app.kit.money import Money

__all__ = ["amount", "moment", "safe", "written"]

# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str | None) -> str:
    """A text that no spreadsheet runs: an apostrophe before it makes it one."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


def amount(minor: int | None, currency: str) -> str:
    """Minor units with a decimal point and without the currency, which is a column of its own. One
    below zero stays a number, with which spreadsheets may go on to count: it holds digits alone."""
    return str(Money(minor, currency).major) if minor is not None else ""


def moment(value: datetime | None, zone: tzinfo) -> str:
    """ISO 8601 with the offset of a zone."""
    return value.astimezone(zone).isoformat(timespec="seconds") if value else ""


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of cells as they lie in the file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
