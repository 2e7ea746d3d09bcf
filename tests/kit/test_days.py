"""Days in time zones: what Python says of a moment, both databases say while they group."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.kit.days import day_in, midnight
from app.models import Order
from tests import orders, world

START = datetime(2026, 1, 10, 5, 30, tzinfo=UTC)
# Both directions, an hour and half an hour, at midnight, a quarter of an hour off, and never.
ZONES = [
    "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "America/Santiago",
    "Africa/Cairo", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC",
]  # fmt: skip


def moments() -> list[datetime]:
    """All the year round, at each time of the day; and the two sides of Lisbon's midnights."""
    around = [START + number * timedelta(hours=7, minutes=13) for number in range(1100)]
    lisbon = [midnight(START.date() + timedelta(days=one), ZoneInfo(ZONES[0])) for one in (1, 200)]
    return [*around, *lisbon, *(one - timedelta(microseconds=1) for one in lisbon)]


def test_a_database_says_the_day_that_it_is_there(on_both):
    shop, all_ = world.open_shop(on_both), moments()
    orders.add_several(shop, *({"paid_at": one} for one in all_))
    for name in ZONES:
        zone = ZoneInfo(name)
        day = day_in(zone, Order.paid_at, START, max(all_))
        with shop.inside(), reading() as session:
            found = session.execute(select(Order.paid_at, day)).all()
        wrong = [(at, said) for at, said in found if said != f"{at.astimezone(zone):%Y-%m-%d}"]
        assert (len(found), wrong) == (len(all_), []), name


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (date(2026, 1, 1), "Europe/Lisbon", "2026-01-01T00:00:00+00:00"),
        (date(2026, 7, 1), "Europe/Lisbon", "2026-06-30T23:00:00+00:00"),
        (date(2026, 7, 1), "Asia/Kathmandu", "2026-06-30T18:15:00+00:00"),
        # Clocks go from 23:59:59 to 01:00:00 there: the day begins where the other ended.
        (date(2026, 9, 6), "America/Santiago", "2026-09-06T04:00:00+00:00"),
    ],
)
def test_a_day_begins_where_the_zone_says(day, zone, begins):
    assert midnight(day, ZoneInfo(zone)).isoformat() == begins
