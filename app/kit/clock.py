"""The one place that asks what time it is, so that tests can freeze it."""

from datetime import UTC, datetime, timedelta

__all__ = ["after", "from_unix", "iso", "now", "read_iso", "read_moment", "write_moment"]


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def after(seconds: float) -> datetime:
    """The moment `seconds` from now."""
    return now() + timedelta(seconds=seconds)


def from_unix(seconds: float) -> datetime:
    """A Unix timestamp (seconds) as an aware moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as JavaScript writes it.

    Raises ValueError for a moment without a zone: Python would take it for local time.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_iso(text: str) -> datetime:
    """ISO 8601 as somebody wrote it; without an offset it is UTC. Raises ValueError, also for a
    moment that is beyond the calendar in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


def write_moment(moment: datetime | None) -> str | None:
    """A moment for a JSON column."""
    return moment.isoformat() if moment else None


def read_moment(text: object) -> datetime | None:
    """What `write_moment` wrote."""
    return datetime.fromisoformat(text) if isinstance(text, str) else None
