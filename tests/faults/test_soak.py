"""The long proofs: a minute of killing, and the schedule by the clock on the wall."""

import random
import threading
import time

import pytest

from tests.faults.conftest import Installation
from tests.faults.receiver import CUT, Call
from tests.faults.test_chaos import check
from tests.faults.worker import Worker, eventually

pytestmark = pytest.mark.soak

EVENTS = 300
SECONDS = 60


class Unfriendly:
    """One in ten calls fails; one in fifty is taken in and the connection breaks."""

    def __init__(self) -> None:
        self.random = random.Random(1)
        self.cuts = 0

    def __call__(self, _call: Call) -> int:
        time.sleep(0.05)
        drawn = self.random.random()
        if drawn < 0.02:
            self.cuts += 1
            return CUT
        return 500 if drawn < 0.12 else 204


def every(seconds: float, until: float, act) -> threading.Thread:
    def run() -> None:
        due = time.monotonic() + seconds
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            act()
            due += seconds

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def kill_one(worker: Worker) -> None:
    """A child; every fourth time the supervisor, which an init system starts again."""
    worker.kills = getattr(worker, "kills", 0) + 1
    if worker.kills % 4:
        worker.kill_child()
    else:
        worker.kill()
        worker.start()


def chaos(installation: Installation, redis_server=None) -> None:
    receiver = installation.receiver
    receiver.answer = unfriendly = Unfriendly()
    with installation.worker(app="tests.faults.short") as worker:
        until = time.monotonic() + SECONDS
        acts = [
            every(SECONDS / EVENTS, until, lambda: tell_until(installation, EVENTS)),
            every(4, until, lambda: kill_one(worker)),
        ]
        if redis_server:
            acts.append(every(12, until, lambda: redis_server.restart(wipe=True)))
        for one in acts:
            one.join()
        ended = time.monotonic()
        tell_until(installation, EVENTS, all_=True)
        check(installation, EVENTS)
        drained = time.monotonic() - ended
    twice = sum(count - 1 for count in receiver.taken.values())
    print(
        f"\n{len(receiver.taken)} of {EVENTS} delivered, {len(receiver.calls)} POSTs, {twice} taken"
        f" twice ({unfriendly.cuts} of them cut by the receiver), {worker.kills} kills,"
        f" drained {drained:.1f} s after the last"
    )
    assert twice <= 0.08 * EVENTS


def tell_until(installation: Installation, most: int, *, all_: bool = False) -> None:
    installation.told = getattr(installation, "told", 0)
    while installation.told < most:
        installation.tell()
        installation.told += 1
        if not all_:
            return


def test_a_minute_of_killing_loses_nothing(with_redis, redis_server):
    chaos(with_redis, redis_server)


def test_a_minute_of_killing_without_redis_loses_nothing(install):
    chaos(install())


def test_the_first_five_tries_start_on_time_by_the_clock_on_the_wall(installation):
    receiver = installation.receiver
    receiver.answer = lambda call: 500
    with installation.worker():
        receiver.answer = lambda call: 204
        installation.tell()  # the workers are up once this arrives
        assert receiver.wait_for_calls(1)
        receiver.answer = lambda call: 500
        installation.tell()
        assert receiver.wait_for_calls(6, 40)
    tries = [call.at for call in receiver.calls[1:]]
    offsets = [one - tries[0] for one in tries]
    print(f"\ntries started at {', '.join(f'{one:.2f}' for one in offsets)} s")
    for offset, planned in zip(offsets, (0, 1, 3, 7, 15), strict=True):
        assert abs(offset - planned) <= 0.3
    assert eventually(lambda: installation.deliveries() == {"succeeded": 1, "pending": 1})
