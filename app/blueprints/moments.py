"""Days and moments as who looks counts them: in the time zone they chose, else in UTC."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import get_datetime_format
from flask import Flask, g
from flask_babel import format_date, format_time, get_locale

from app.kit import clock, days
from app.kit.zones import zones

__all__ = ["init_app", "midnight", "today", "when", "zone", "zone_name", "zone_title"]

_EARLIEST, _LATEST = date(1970, 1, 2), date(9000, 1, 1)  # of days that moments can be told of


def init_app(app: Flask) -> None:
    """Let templates write moments."""
    app.add_template_filter(when, "when")
    app.context_processor(lambda: {"zone_title": zone_title})


def zone_name() -> str:
    """What the person chose, by its name in the IANA database; `UTC` where they did not."""
    chosen = getattr(g, "timezone_hint", None)
    return chosen if chosen in zones() else "UTC"


def zone_title() -> str:
    """The zone's name as people read it."""
    return zone_name().replace("_", " ")


def zone() -> tzinfo:
    """The person's time zone."""
    name = zone_name()
    return UTC if name == "UTC" else ZoneInfo(name)


def today() -> date:
    """Which day it is where the person is."""
    return clock.now().astimezone(zone()).date()


def midnight(day: date) -> datetime:
    """When a day begins there, in UTC. A day out of all bounds counts as the first or last."""
    return days.midnight(min(max(day, _EARLIEST), _LATEST), zone())


def when(moment: datetime, *, exact: bool = False) -> str:
    """A moment in the person's zone and language, to the minute; an `exact` one to the second."""
    said = str(get_datetime_format("medium", get_locale())).replace("'", "")
    time = format_time(moment, "medium" if exact else "short")
    return said.replace("{0}", time).replace("{1}", format_date(moment, "medium"))
