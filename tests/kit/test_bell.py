"""The bell: rung after a commit, heard by RQ, never in anybody's way."""

import json
import socket
import threading
import time
import zlib

import pytest
import redis

from app.kit import bell
from app.kit.bell import LocalBell, RedisBell
from tests.servers import valkey

SLACK = 0.15  # seconds this machine may lose to its other work


@pytest.fixture
def server():
    """A Redis of this test's own: it is stopped, killed and emptied."""
    with valkey.start() as one:
        yield one


@pytest.fixture
def rung(server):
    """A bell that was rung once, so that RQ is imported and the connection open."""
    made = RedisBell(server.url)
    assert made.ring()
    with redis.Redis.from_url(server.url) as connection:
        connection.flushall()
    yield made
    made.close()


def seconds(call) -> float:
    begun = time.monotonic()
    call()
    return time.monotonic() - begun


def waiting(server) -> int:
    with redis.Redis.from_url(server.url) as connection:
        return connection.llen(f"rq:queue:{bell.QUEUE}")


def test_a_ring_leaves_one_job_that_carries_nothing(rung, server):
    assert rung.ring()
    with redis.Redis.from_url(server.url) as connection:
        (job_id,) = connection.lrange(f"rq:queue:{bell.QUEUE}", 0, -1)
        job = connection.hgetall(b"rq:job:" + job_id)
        kept = b"".join(connection.dump(key) for key in connection.keys())
    data = zlib.decompress(job[b"data"])
    assert json.loads(data) == ["app.jobs.child.drain_job", None, [], {}]
    assert b"whsec_" not in kept and b"\x80\x04" not in data  # nor a pickle


def test_a_burst_of_commits_leaves_a_handful_of_jobs(rung, server):
    for _ in range(300):
        assert rung.ring()
    assert 1 <= waiting(server) <= bell.WAITING


def test_a_burst_from_many_threads_leaves_little_more(rung, server):
    start = threading.Barrier(8)

    def ring():
        start.wait()
        for _ in range(40):
            rung.ring()

    crowd = [threading.Thread(target=ring) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert 1 <= waiting(server) <= bell.WAITING + 8


def test_a_heard_bell_is_rung_again(rung, server):
    rung.ring()
    with redis.Redis.from_url(server.url) as connection:
        connection.delete(f"rq:queue:{bell.QUEUE}")
    assert rung.ring()
    assert waiting(server) == 1


def test_a_redis_that_does_not_answer_costs_a_fifth_of_a_second_once(rung, server):
    server.pause()
    try:
        assert seconds(rung.ring) < bell.TIMEOUT + SLACK
        assert rung.ring() is False
        assert seconds(lambda: [rung.ring() for _ in range(100)]) < SLACK
        assert rung.silent_for > 0
    finally:
        server.resume()


def test_a_new_bell_and_a_redis_that_does_not_answer(rung, server):
    server.pause()
    try:
        fresh = RedisBell(server.url)
        assert seconds(fresh.ring) < bell.TIMEOUT + SLACK
        fresh.close()
    finally:
        server.resume()


def test_while_it_is_silent_one_caller_at_a_time_finds_out(rung, server, monkeypatch):
    monkeypatch.setattr(bell, "QUIET", 0.0)
    server.pause()
    try:
        rung.ring()
        monkeypatch.setattr(bell, "QUIET", 60.0)
        start, took = threading.Barrier(6), []

        def ring():
            start.wait()
            took.append(seconds(rung.ring))

        crowd = [threading.Thread(target=ring) for _ in range(6)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert sum(one > bell.TIMEOUT / 2 for one in took) <= 1
    finally:
        server.resume()


def test_a_redis_that_is_gone_and_comes_back_is_rung_again(rung, server, monkeypatch):
    monkeypatch.setattr(bell, "QUIET", 0.0)
    server.kill()
    assert rung.ring() is False
    assert rung.silent_for > 0
    server.restart()
    assert rung.ring() is True
    assert rung.silent_for == 0
    assert waiting(server) == 1


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://user:pass@127.0.0.1:1/99"])
def test_a_redis_that_never_was_is_no_error(url):
    assert RedisBell(url).ring() is False


def test_something_else_on_the_port_is_no_error():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert RedisBell(f"redis://127.0.0.1:{port}/0").ring() is False


def test_the_local_bell_wakes_who_waits_and_is_quiet_after():
    local = LocalBell()
    local.ring()
    assert seconds(lambda: local.wait(5)) < 1
    assert seconds(lambda: local.wait(0.05)) >= 0.04
