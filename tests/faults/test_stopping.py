"""Ending workers: in order, what runs is finished; by SIGKILL, nobody is left over."""

import threading
import time

import pytest

from tests import world
from tests.faults.worker import alive, eventually


@pytest.fixture
def gate(receiver):
    """Holds the receiver's answers back until it is opened."""
    made = threading.Event()

    def answer(_call) -> int:
        made.wait(15)
        return 204

    receiver.answer = answer
    yield made
    made.set()


def test_sigterm_during_a_post_finishes_it_and_loses_nothing(installation, receiver, gate):
    with installation.worker() as worker:
        installation.tell(12)
        assert receiver.wait_for_calls(2)
        begun = time.monotonic()
        worker.ask_to_end()
        assert eventually(lambda: len(worker.children()) == 2 and worker.running(), 1)
        gate.set()
        assert eventually(lambda: not worker.running(), 20)
        assert time.monotonic() - begun < 20
        under_way = len(receiver.calls)
        assert under_way < 12
        assert installation.deliveries() == {"succeeded": under_way, "pending": 12 - under_way}
    world.run_tasks(installation.app)  # whoever comes next
    assert installation.deliveries() == {"succeeded": 12}
    assert len(receiver.calls) == 12  # no lease had to run out, nothing came twice


def test_killed_children_are_replaced(install, receiver):
    installation = install()
    with installation.worker() as worker:
        first = set(worker.children())
        for _ in range(2):
            worker.kill_child()
        assert eventually(lambda: len(set(worker.children()) - first) == 2)
        installation.tell(3)
        assert receiver.wait_for_ids(3)


def test_children_do_not_outlive_a_killed_supervisor(with_redis):
    """They wait for RQ's next job, in the middle of a call to Redis."""
    with with_redis.worker() as worker:
        children = worker.children()
        assert len(children) == 2
        worker.kill()
        assert eventually(lambda: not any(alive(pid) for pid in children), 30)
