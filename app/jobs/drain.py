"""Draining: claim what is due, run it in a few threads, until nothing is left or time is up."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

import structlog
from flask import Flask

from app.jobs import GIVING_UP, HANDLERS
from app.kit.tenancy import as_org
from app.services import tasks
from app.services.tasks import Claimed, LeaseLost, NoWorkerSurvives

__all__ = ["Drainer"]

log = structlog.get_logger()

CLOSES_ITSELF = {"deliveries.send"}  # handlers that end their task in the step that records it
LOOK = 0.05  # seconds between two looks while something runs
GATHER = 0.01  # seconds to wait for more free threads, so that one claim serves several


class Drainer:
    """Runs due tasks of one app in `threads` threads. One drain at a time."""

    def __init__(self, app: Flask, threads: int = 16) -> None:
        self.app = app
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._one = threading.Lock()
        self._change = threading.Condition()
        self._running: dict[tuple[int, str], Claimed] = {}
        self._ended = 0
        self._stopping = False

    def drain(self, seconds: float = 20.0, *, leave: bool = False) -> int:
        """Run what is due, and what becomes due meanwhile, for about `seconds`; how many tasks
        were started. Then waits for those that run, or leaves them to the next drain."""
        if not self._one.acquire(blocking=False):
            return 0
        try:
            count = self._drain(time.monotonic() + seconds)
            if not leave:
                with self._change:
                    self._change.wait_for(lambda: not self._running)
            return count
        finally:
            self._one.release()

    def stop(self) -> None:
        """Start nothing more."""
        with self._change:
            self._stopping = True
            self._change.notify_all()

    def close(self) -> None:
        """Start nothing more, wait for running tasks and end the threads."""
        self.stop()
        with self._one:
            self._pool.shutdown(wait=True)

    def _drain(self, until: float) -> int:
        count = 0
        while not self._stopping and time.monotonic() < until:
            ended, free = self._ended, self.threads - len(self._running)
            started = self._start(free) if free else 0
            count += started
            if not started and self._is_idle_since(ended):
                break
            if started < free:  # nothing else is due, or its lanes are full
                self._wait(partial(self._has_changed_since, ended), LOOK)
            else:
                self._wait(self._has_several_free, GATHER)
        return count

    def _is_idle_since(self, ended: int) -> bool:
        with self._change:  # what ended after the claim may have made room in a lane
            return not self._running and self._ended == ended

    def _has_changed_since(self, ended: int) -> bool:
        return self._ended != ended

    def _has_several_free(self) -> bool:
        return self.threads - len(self._running) >= max(1, self.threads // 4)

    def _wait(self, condition: Callable[[], bool], seconds: float | None = None) -> None:
        with self._change:
            self._change.wait_for(lambda: self._stopping or condition(), seconds)

    def _start(self, free: int) -> int:
        with self._change:
            busy = Counter(task.lane for task in self._running.values() if task.lane)
        with self.app.app_context():
            claimed = tasks.claim(free, busy=busy)
        for task in claimed:
            with self._change:
                self._running[task.id, task.token] = task
            self._pool.submit(self._run, task)
        return len(claimed)

    def _run(self, task: Claimed) -> None:
        try:
            with (
                self.app.app_context(),
                # One of the house has none, so the guard keeps it from every tenant's table.
                as_org(task.org_id) if task.org_id else nullcontext(),
                structlog.contextvars.bound_contextvars(task=task.name, task_id=task.id),
            ):
                self._handle(task)
        finally:
            with self._change:
                self._running.pop((task.id, task.token), None)
                self._ended += 1
                self._change.notify_all()

    def _handle(self, task: Claimed) -> None:
        try:
            if task.attempts > tasks.GIVE_UP:
                raise NoWorkerSurvives
            outcome = HANDLERS[task.name](task)
            if task.name not in CLOSES_ITSELF:
                tasks.finish(task, outcome)
        except LeaseLost:
            log.warning("task.overtaken")
        except Exception as error:
            log.warning("task.failed", exc_info=True)
            self._fail(task, error)

    def _fail(self, task: Claimed, error: Exception) -> None:
        try:
            if tasks.fail(task, error, GIVING_UP.get(task.name)):
                log.error("task.given_up", error=str(error))
        except Exception:  # the database is away too: the lease runs out and another one tries
            log.warning("task.not_recorded", exc_info=True)
