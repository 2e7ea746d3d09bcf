"""The day a moment lies in, in a time zone, as both databases can say it while they group."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, String, case, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["day_in", "midnight"]

_STEP = timedelta(minutes=15)  # no zone changes its clocks in between


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins in a zone, in UTC; where clocks skip midnight, the moment they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_in(zone: tzinfo, moment: Any, start: datetime, end: datetime) -> ColumnElement[str]:
    """`YYYY-MM-DD` of a column of moments in a zone, for moments from `start` to `end`.

    What the zone's clocks do in that time is worked out here and not by the database: PostgreSQL
    has a list of zones of its own, maybe an older one, and SQLite has none.
    """
    shifts = list(_shifts(zone, start, end))
    days = [(since, _shifted_day(moment, literal_column(str(by)))) for since, by in shifts]
    others = [(moment >= since, day) for since, day in reversed(days[1:])]
    return case(*others, else_=days[0][1]) if others else days[0][1]


def _shifts(zone: tzinfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """From when on the zone is how many seconds ahead of UTC: at `start`, and at each change."""
    moment = start.replace(minute=0, second=0, microsecond=0)
    by = _ahead(zone, moment)
    yield moment, by
    while moment < end:
        # Changes are rare: a day without one is passed at once.
        step = _STEP if _ahead(zone, moment + timedelta(days=1)) != by else timedelta(days=1)
        moment += step
        if (now := _ahead(zone, moment)) != by:
            by = now
            yield moment, by


def _ahead(zone: tzinfo, moment: datetime) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


class _shifted_day(FunctionElement[str]):  # noqa: N801, reads as the function it is
    """The day of a moment in UTC, once so many seconds are added to it."""

    type = String()
    inherit_cache = True


@compiles(_shifted_day, "postgresql")
def _on_postgresql(element: _shifted_day, compiler: Any, **options: Any) -> str:
    moment, by = (compiler.process(one, **options) for one in element.clauses)
    return f"to_char({moment} AT TIME ZONE 'UTC' + {by} * interval '1 second', 'YYYY-MM-DD')"


@compiles(_shifted_day, "sqlite")
def _on_sqlite(element: _shifted_day, compiler: Any, **options: Any) -> str:
    # Moments lie there in UTC, without their zone; its last microseconds would round a day up.
    moment, by = (compiler.process(one, **options) for one in element.clauses)
    return f"date(substr({moment}, 1, 19), {by} || ' seconds')"
