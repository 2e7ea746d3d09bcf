"""When the next try is due: five quick ones, then a slow tail of three days."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from app.kit import clock

__all__ = ["FAST", "IN_A_ROW", "SLOW", "next_attempt"]

FAST = (1, 2, 4, 8)  # seconds after tries 1 to 4; the integrators' own table
# One that fails less often may be restarting, and is tried again within seconds.
IN_A_ROW = len(FAST) + 1
SLOW = (60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)  # seconds
JITTER = 0.10  # only ever added
HINT_CAP = 3600  # seconds; or twice the base wait, if longer


def next_attempt(
    made: int, *, slow: bool, headers: Mapping[str, str] | None = None
) -> datetime | None:
    """When to try again after `made` tries; None when there are no more.

    `slow` adds the tail. A Retry-After in `headers` (names in lower case) may only lengthen it.
    """
    waits = FAST + (SLOW if slow else ())
    if made > len(waits):
        return None
    wait = float(waits[made - 1])
    if made > len(FAST):
        wait *= 1 + random.uniform(0, JITTER)  # noqa: S311, spreads load and hides nothing
    hint = _retry_after(headers or {})
    return clock.after(max(wait, min(hint, max(2 * wait, HINT_CAP))))


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds a receiver asks for (RFC 9110 §10.2.3); 0 when it says nothing intelligible."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), 1e9)  # int() refuses thousands of digits
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        return 0.0
    return max(0.0, (moment - clock.now()) / timedelta(seconds=1))
