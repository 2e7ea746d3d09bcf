"""Tries are counted in the database: exactly, for all processes, and never for ever."""

import threading

import pytest

from app.kit.errors import AppError
from app.services import throttle
from app.services.throttle import Limit

FIVE = Limit(5, 900, ("sign-in", "ada@example.com", "192.0.2.1"))


@pytest.fixture
def inside(on_both):
    with on_both.app_context():
        yield on_both


def tries(limit: Limit, how_many: int) -> int:
    """How many of that many tries are let through."""
    through = 0
    for _ in range(how_many):
        try:
            throttle.take(limit)
        except AppError as error:
            if (error.status, error.code) != (429, "too_many_tries"):
                raise
            wait = int(error.headers["Retry-After"])
        else:
            through, wait = through + 1, 1
        assert 0 < wait <= limit.seconds + 1
    return through


def test_so_many_and_no_more(inside):
    assert tries(FIVE, 8) == 5


def test_other_parts_are_counted_apart(inside):
    assert tries(FIVE, 5) == 5
    assert tries(Limit(5, 900, ("sign-in", "ada@example.com", "192.0.2.2")), 5) == 5
    assert tries(Limit(5, 900, ("sign-in", "ada@example.com192.0.2.1")), 5) == 5


def test_when_the_window_is_over_it_starts_anew(inside, later):
    assert tries(FIVE, 6) == 5
    later(901)
    assert tries(FIVE, 6) == 5


def test_a_refused_try_uses_up_nothing_of_the_other_limits(inside):
    wide = Limit(20, 3600, ("sign-in", "ada@example.com"))
    tries(FIVE, 5)
    for _ in range(30):
        with pytest.raises(AppError):
            throttle.take(wide, FIVE)
    assert tries(wide, 25) == 20


def test_what_was_tried_can_be_forgotten(inside):
    tries(FIVE, 5)
    throttle.forget(FIVE)
    assert tries(FIVE, 5) == 5


def test_windows_that_are_over_are_dropped(inside, later):
    from sqlalchemy import func, select

    from app.extensions import reading
    from app.models import Throttle
    from app.services import sweep

    tries(FIVE, 1)
    later(901)
    sweep.purge()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Throttle)) == 0


def test_a_try_that_was_no_guess_can_be_given_back(inside):
    for _ in range(20):
        throttle.take(FIVE)
        throttle.give_back(FIVE)
    assert tries(FIVE, 8) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_machines_many_addresses_count_as_one(address, network):
    assert throttle.network(address) == network


def test_of_many_at_once_exactly_so_many_get_through(app):
    through = []

    def guess():
        with app.app_context():
            through.append(tries(FIVE, 10))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 5
