"""Whatever is killed, every event arrives: at least once, and each time under the same id."""

import time

from tests.faults.conftest import Installation
from tests.faults.worker import Worker


def kill_and_tell(installation: Installation, worker: Worker, batch: int, faults) -> int:
    """Before each fault some events, so that it hits work under way; how many there were."""
    told = 0
    for fault in faults:
        before = len(installation.receiver.calls)
        installation.tell(batch)
        told += batch
        assert installation.receiver.wait_for_calls(before + 2), worker.log.read_text()
        fault()
    return told


def slowly(call) -> int:
    time.sleep(0.05)  # what a receiver takes
    return 204


def check(installation: Installation, told: int) -> None:
    receiver = installation.receiver
    assert receiver.wait_for_ids(told), f"{len(receiver.taken)} of {told}"
    assert installation.all_recorded(told), installation.deliveries()
    assert set(receiver.taken) == installation.event_ids()
    assert installation.tasks_left() == 0


def test_60_events_survive_five_kills_and_a_wiped_redis(with_redis, redis_server):
    with_redis.receiver.answer = slowly
    with with_redis.worker(app="tests.faults.short") as worker:

        def kill_supervisor():
            worker.kill()
            worker.start()

        told = kill_and_tell(
            with_redis,
            worker,
            10,
            [
                worker.kill_child,
                kill_supervisor,
                lambda: redis_server.restart(wipe=True),
                worker.kill_child,
                kill_supervisor,
                worker.kill_child,
            ],
        )
        assert told == 60
        check(with_redis, told)


def test_24_events_survive_kills_without_redis(install):
    installation = install()
    installation.receiver.answer = slowly
    with installation.worker(app="tests.faults.short") as worker:

        def kill_supervisor():
            worker.kill()
            worker.start()

        told = kill_and_tell(
            installation, worker, 8, [worker.kill_child, kill_supervisor, worker.kill_child]
        )
        check(installation, told)
