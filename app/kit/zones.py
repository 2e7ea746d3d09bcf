"""Time zones by the names of the IANA database, as Python's zoneinfo finds them."""

from functools import cache
from zoneinfo import available_timezones

__all__ = ["zones"]

_NO_PLACES = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Mexico/")


@cache
def zones() -> tuple[str, ...]:
    """Every zone that is named after a place (`Europe/Lisbon`), sorted; and `UTC`."""
    places = (one for one in available_timezones() if "/" in one)
    return (*sorted(one for one in places if not one.startswith(_NO_PLACES)), "UTC")
