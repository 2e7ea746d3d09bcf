"""Request rates inside one process: fixed windows, told apart by key, forgotten when over."""

import threading

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.kit import rates

TWO = parse("2/minute")


@pytest.fixture
def storage():
    return storage_from_string("process://")


def test_the_window_is_full_and_starts_anew(storage, later):
    limiter = FixedWindowRateLimiter(storage)
    assert [limiter.hit(TWO, "a") for _ in range(3)] == [True, True, False]
    later(61)
    assert limiter.hit(TWO, "a")


def test_keys_do_not_share_a_window(storage):
    limiter = FixedWindowRateLimiter(storage)
    assert all(limiter.hit(TWO, key) for key in "aabbcc")


def test_it_says_when_the_window_ends(storage, time_machine):
    time_machine.move_to(1_000_000.0, tick=False)
    limiter = FixedWindowRateLimiter(storage)
    limiter.hit(TWO, "a")
    window = limiter.get_window_stats(TWO, "a")
    assert (window.reset_time, window.remaining) == (1_000_060.0, 1)


def test_many_threads_count_each_hit(storage):
    def hit():
        for _ in range(500):
            storage.incr("a", 60)

    threads = [threading.Thread(target=hit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.get("a") == 2000


def test_windows_that_are_over_make_room(storage, later, monkeypatch):
    monkeypatch.setattr(rates, "ROOM", 3)
    for key in "abc":
        storage.incr(key, 60)
    later(61)
    storage.incr("d", 60)
    assert storage.reset() == 1


def test_a_key_can_be_forgotten(storage):
    storage.incr("a", 60)
    storage.clear("a")
    assert storage.get("a") == 0


def test_no_thread_is_started(storage):
    before = threading.active_count()
    for _ in range(100):
        storage.incr("a", 60)
    assert threading.active_count() == before
