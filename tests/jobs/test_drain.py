"""Draining: how tasks become threads, and threads become free again."""

import threading

import pytest

from app.extensions import transaction
from app.jobs.drain import Drainer
from app.kit import clock
from app.kit.tenancy import as_org
from app.services import organizations, tasks
from app.services.tasks import Again

SOON = 10  # seconds to wait for what should come at once


@pytest.fixture
def handlers(monkeypatch):
    made = {}
    monkeypatch.setattr("app.jobs.drain.HANDLERS", made)
    return made


@pytest.fixture
def drainer(app):
    made = Drainer(app, threads=4)
    yield made
    made.close()


@pytest.fixture
def add(app):
    with app.app_context():
        org_id = organizations.ensure("Acme").id

    def add(count: int = 1, **options):
        with app.app_context(), as_org(org_id), transaction():
            for _ in range(count):
                tasks.add("demo", {}, **options)

    return add


class Gate:
    """A handler that waits for a sign, and counts who waits."""

    def __init__(self, most: int = 99) -> None:
        self.open, self.inside, self.most = threading.Event(), 0, 0
        self._change = threading.Condition()

    def __call__(self, _task):
        with self._change:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self._change.notify_all()
        self.open.wait(SOON)
        with self._change:
            self.inside -= 1
            self._change.notify_all()

    def wait_for(self, count: int) -> bool:
        with self._change:
            return self._change.wait_for(lambda: self.inside == count, SOON)


def in_background(call) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


def test_no_more_tasks_are_taken_than_there_are_threads(app, handlers, drainer, add):
    """What nobody can start yet stays free for other workers."""
    handlers["demo"] = gate = Gate()
    add(6)
    running = in_background(drainer.drain)
    assert gate.wait_for(4)
    with app.app_context():
        assert len(tasks.claim(10)) == 2
    gate.open.set()
    running.join()
    assert gate.most == 4


def test_one_slow_destination_takes_two_threads_and_no_more(handlers, drainer, add):
    gate, others = Gate(), threading.Semaphore(0)
    handlers["demo"] = lambda task: gate(task) if task.lane == "slow" else others.release()
    add(20, lane="slow")
    add(20)
    running = in_background(drainer.drain)
    assert all(others.acquire(timeout=SOON) for _ in range(20))
    assert gate.wait_for(2)
    gate.open.set()
    running.join()
    assert gate.most == 2


def test_what_becomes_due_meanwhile_is_run_beside_what_runs(handlers, drainer, add):
    gate, other = Gate(), threading.Event()
    handlers["demo"] = lambda task: gate(task) if task.lane == "slow" else other.set()
    add(lane="slow")
    running = in_background(drainer.drain)
    assert gate.wait_for(1)
    add()
    assert other.wait(SOON)
    gate.open.set()
    running.join()


def test_a_turn_ends_although_a_task_still_runs(handlers, drainer, add):
    """A worker has to answer the next bell; the task is finished by its thread."""
    handlers["demo"] = gate = Gate()
    add()
    assert drainer.drain(0.2, leave=True) == 1
    assert gate.wait_for(1)
    assert drainer.drain(0.2, leave=True) == 0
    gate.open.set()
    assert gate.wait_for(0)


def test_while_one_drains_another_call_does_nothing(handlers, drainer, add):
    handlers["demo"] = gate = Gate()
    add(2)
    running = in_background(drainer.drain)
    assert gate.wait_for(2)
    assert drainer.drain() == 0
    gate.open.set()
    running.join()


def test_whoever_stops_finishes_what_runs_and_starts_nothing_more(app, handlers, drainer, add):
    handlers["demo"] = gate = Gate()
    add(6)
    running = in_background(drainer.drain)
    assert gate.wait_for(4)
    drainer.stop()
    gate.open.set()
    running.join()
    drainer.close()
    with app.app_context():
        assert len(tasks.claim(10)) == 2


def test_a_task_that_wants_to_run_again_does_not_run_on_and_on(handlers, drainer, add):
    runs = []

    def handler(task):
        runs.append(task.attempts)
        return Again(clock.after(60))

    handlers["demo"] = handler
    add()
    assert drainer.drain() == 1
    assert runs == [1]


def test_one_that_raises_harms_no_other(handlers, drainer, add):
    done = []

    def handler(task):
        if task.lane == "bad":
            raise ValueError("no")
        done.append(task.id)

    handlers["demo"] = handler
    add(3, lane="bad")
    add(10)
    assert drainer.drain() == 13
    assert len(done) == 10


def test_a_thread_leaves_nothing_behind_for_the_next_task(handlers, drainer, add):
    """Neither an organization nor a transaction nor a logging context."""
    import structlog

    from app.extensions import in_transaction
    from app.kit.tenancy import NoOrganization, current_org

    found = []

    def look():
        with pytest.raises(NoOrganization):
            current_org()
        found.append((in_transaction(), structlog.contextvars.get_contextvars()))

    handlers["demo"] = lambda _task: None
    add(8)
    drainer.drain()
    for future in [drainer._pool.submit(look) for _ in range(4)]:
        future.result(SOON)
    assert found == [(False, {})] * 4
