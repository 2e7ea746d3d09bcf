"""Draining: claim what is due, run it in a few threads, until nothing is left or time is up."""

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from flask import Flask

from app.jobs import HANDLERS
from app.kit.tenancy import as_org
from app.services import tasks
from app.services.tasks import Claimed, LeaseLost

__all__ = ["Drainer"]

log = structlog.get_logger()

BATCH = 32
CLOSES_ITSELF = {"deliveries.send"}  # handlers that end their task in the step that records it


class Drainer:
    """Runs due tasks of one app in `threads` threads. One drain at a time."""

    def __init__(self, app: Flask, threads: int = 16) -> None:
        self.app = app
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._lock = threading.Lock()
        self._running: dict[Future[None], Claimed] = {}

    def drain(self, seconds: float = 20.0) -> int:
        """Run what is due, and what becomes due meanwhile, for at most about `seconds`; how many
        tasks were run. Waits for those it started."""
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            return self._drain(time.monotonic() + seconds)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Wait for running tasks and end the threads."""
        self._pool.shutdown(wait=True)

    def _drain(self, until: float) -> int:
        count = 0
        while True:
            started = self._start() if time.monotonic() < until else 0
            count += started
            if not self._running:
                return count
            # With a free thread look again soon: others may have become due meanwhile.
            free = len(self._running) < self.threads
            done, _ = wait(
                self._running, timeout=0.05 if free else 1.0, return_when=FIRST_COMPLETED
            )
            for future in done:
                del self._running[future]

    def _start(self) -> int:
        free = min(BATCH, self.threads * 2 - len(self._running))
        if free <= 0:
            return 0
        busy: dict[str, int] = {}
        for task in self._running.values():
            if task.lane:
                busy[task.lane] = busy.get(task.lane, 0) + 1
        with self.app.app_context():
            claimed = tasks.claim(free, busy=busy)
        for task in claimed:
            self._running[self._pool.submit(self._run, task)] = task
        return len(claimed)

    def _run(self, task: Claimed) -> None:
        with (
            self.app.app_context(),
            as_org(task.org_id),
            structlog.contextvars.bound_contextvars(task=task.name, task_id=task.id),
        ):
            try:
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
            if tasks.fail(task, error):
                log.error("task.given_up", error=str(error))
        except Exception:  # the database is away too: the lease runs out and another one tries
            log.warning("task.not_recorded", exc_info=True)
