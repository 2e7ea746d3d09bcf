"""Asking a gateway to move sellers' money, and how often: what releases, reversals and payouts
share. Parts."""

from datetime import timedelta

from app.adapters.gateways import base
from app.kit import clock
from app.models import MoveStatus, Payout, Release, Reversal
from app.services import tasks

__all__ = ["LAST_TRY", "NET", "claim", "pause", "unanswered"]

NET = 30  # seconds until the task asks, should this process die before it has
AGAIN = (2, 5, 15, 60, 300, 900, 3600)  # seconds
IN_FLIGHT = timedelta(minutes=1)  # longer than looking for it and asking for it can take
# Gateways may forget an idempotency key after 24 hours, and would then move the money once more.
LAST_TRY = timedelta(hours=23)

Move = Release | Reversal | Payout


def claim(row: Move) -> tasks.Again | bool:
    """Write down that the gateway is being asked about a locked row: whether it may have done it
    already. Again while another process is asking, or may be: it died, or its answer is on its
    way."""
    asking, now = row.asking_since, clock.now()
    if asking is not None and now - asking < IN_FLIGHT:
        return tasks.Again(asking + IN_FLIGHT)
    row.asking_since = now
    return asking is not None or row.status == MoveStatus.unknown


def unanswered(row: Move, error: base.GatewayError, *, may_be_made: bool) -> None:
    """No definite answer about a locked row: it stays set aside, and is asked about again."""
    row.asking_since = None
    row.failure = error.reason
    row.checks += 1
    if may_be_made or isinstance(error, base.Unavailable | base.Missing):
        row.status = MoveStatus.unknown


def pause(row: Move) -> tasks.Again:
    """When to ask again: soon, then hourly, after two days daily."""
    seconds = 86_400 if row.checks > 48 else AGAIN[min(max(row.checks, 1), len(AGAIN)) - 1]
    return tasks.Again(clock.after(seconds))
