"""Ifthenpay's dates: `DD-MM-YYYY HH:MM:SS` by the clock of Lisbon, at times without the space."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from app.kit import clock

__all__ = ["LONGEST", "days_until", "end_of", "read", "write"]

LISBON = ZoneInfo("Europe/Lisbon")
LONGEST = 31  # days a Multibanco reference may live, of those that may be chosen freely

_MOMENT = re.compile(r"(\d{2}-\d{2}-\d{4})\s*(\d{2}:\d{2}:\d{2})", re.ASCII)


def read(written: object) -> datetime | None:
    """The moment; None where there is none to be read."""
    found = _MOMENT.fullmatch(str(written).strip())
    return _parsed(f"{found[1]} {found[2]}") if found else None


def write(moment: datetime) -> str:
    """A moment as their filters want it."""
    return moment.astimezone(LISBON).strftime("%d-%m-%Y %H:%M:%S")


def end_of(day: object) -> datetime | None:
    """The last second of a day written `DD-MM-YYYY`, until which a reference can be paid."""
    return _parsed(f"{day} 23:59:59")


def days_until(moment: datetime) -> int:
    """`expiryDays`: whole days by Lisbon's calendar, 0 for today, as near as they allow."""
    today = clock.now().astimezone(LISBON).date()
    return min(max((moment.astimezone(LISBON).date() - today).days, 0), LONGEST)


def _parsed(written: str) -> datetime | None:
    try:
        naive = datetime.strptime(written, "%d-%m-%Y %H:%M:%S")  # noqa: DTZ007, the zone is below
    except ValueError:
        return None
    return datetime.combine(naive.date(), time(naive.hour, naive.minute, naive.second), LISBON)
