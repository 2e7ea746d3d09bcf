"""Redis absent, silent, or back again: nobody who pays notices, and every event arrives."""

import time

import redis

from tests.faults.conftest import Installation
from tests.faults.worker import eventually


def pay_for_an_order(installation: Installation) -> float:
    """A whole payment through the API and the checkout; the longest answer in seconds."""
    shop, took = installation.shop, []

    def timed(call, *args):
        begun = time.monotonic()
        response = call(*args)
        took.append(time.monotonic() - begun)
        assert response.status_code in {200, 303}, response.text
        return response

    created = timed(shop.create, 20).json
    order = {**created, "token": created["checkoutUrl"].rsplit("/", 1)[1]}
    timed(shop.choose, order, "test")
    timed(shop.press, order, "pay")
    timed(shop.come_back, order)
    assert shop.see(order)["status"] == "paid"
    return max(took)


def jobs_done(url: str) -> int:
    """How many bells RQ's workers have answered, as they note themselves."""
    with redis.Redis.from_url(url) as connection:
        found = [
            connection.hget(key, "successful_job_count") for key in connection.keys("rq:worker:*")
        ]
    return sum(int(one) for one in found if one)


def test_with_redis_it_is_rqs_workers_who_deliver(with_redis, redis_server):
    with with_redis.worker(processes=1):
        assert eventually(lambda: rq_is_there(redis_server.url))
        pay_for_an_order(with_redis)
        assert with_redis.receiver.wait_for_ids(1)
        assert eventually(lambda: jobs_done(redis_server.url) > 0)


def rq_is_there(url: str) -> bool:
    with redis.Redis.from_url(url) as connection:
        return bool(connection.smembers("rq:workers"))


def test_a_redis_that_is_absent_from_the_start_stops_nothing(with_redis, redis_server):
    redis_server.kill()
    with with_redis.worker(app="tests.faults.impatient", processes=1) as worker:
        assert pay_for_an_order(with_redis) < 5
        assert with_redis.receiver.wait_for_ids(1)
        (child,) = worker.children()
        with_redis.tell(5)
        assert with_redis.receiver.wait_for_ids(6)
        assert worker.children() == [child]  # it waits; it is not started over and over
    assert with_redis.all_recorded(6)


def test_a_redis_that_hangs_stops_nothing(with_redis, redis_server):
    with with_redis.worker(app="tests.faults.impatient", processes=1):
        pay_for_an_order(with_redis)
        assert with_redis.receiver.wait_for_ids(1)
        redis_server.pause()
        try:
            assert pay_for_an_order(with_redis) < 5
            with_redis.tell(5)
            assert with_redis.receiver.wait_for_ids(7)
        finally:
            redis_server.resume()
    assert with_redis.all_recorded(7)


def test_when_redis_is_back_rq_delivers_again(with_redis, redis_server):
    with with_redis.worker(app="tests.faults.impatient", processes=1):
        assert eventually(lambda: rq_is_there(redis_server.url))
        redis_server.kill()
        with_redis.tell(3)
        assert with_redis.receiver.wait_for_ids(3)
        redis_server.restart(wipe=True)
        before, told = jobs_done(redis_server.url), 3

        def heard() -> bool:
            nonlocal told
            with_redis.tell()
            told += 1
            assert with_redis.receiver.wait_for_ids(told)
            return jobs_done(redis_server.url) > before

        assert eventually(heard, 60)
        assert with_redis.all_recorded(told)
