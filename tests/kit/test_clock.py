"""Moments: how they are written and read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.kit import clock


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 4, 5, 6, 7, 891234, UTC), "2026-03-04T05:06:07.891Z"),
        (datetime(2026, 3, 4, 5, 6, 7, 0, UTC), "2026-03-04T05:06:07.000Z"),
        (datetime(2026, 3, 4, 5, 6, 7, 999999, UTC), "2026-03-04T05:06:07.999Z"),
        (
            datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))),
            "2025-12-31T23:00:00.000Z",
        ),
    ],
)
def test_a_moment_is_written_as_javascript_writes_it(moment, text):
    assert clock.iso(moment) == text


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        clock.iso(datetime(2026, 3, 4))  # noqa: DTZ001


def test_now_is_aware_and_the_frozen_one(time_machine):
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    time_machine.move_to(moment, tick=False)
    assert clock.now() == moment
    assert clock.now().tzinfo is UTC
    assert clock.after(90) == moment + timedelta(seconds=90)


def test_a_unix_timestamp_is_a_moment_in_utc():
    assert clock.from_unix(1614265330) == datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)


def test_a_moment_in_json_comes_back():
    moment = datetime(2026, 3, 4, 5, 6, 7, 891234, UTC)
    assert clock.read_moment(clock.write_moment(moment)) == moment
    assert clock.write_moment(None) is None
    assert clock.read_moment(None) is None
    assert clock.read_moment(12) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T05:06:07Z", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2026-03-04T05:06:07+02:00", datetime(2026, 3, 4, 3, 6, 7, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
    ],
)
def test_iso_is_read_and_is_utc_where_it_says_nothing(text, moment):
    assert clock.read_iso(text) == moment
    assert clock.read_iso(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_is_a_value_error(text):
    with pytest.raises(ValueError):
        clock.read_iso(text)
