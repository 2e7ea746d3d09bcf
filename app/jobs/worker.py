"""Workers: what RQ runs when the bell rings, a loop without Redis, and the supervisor of both."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import structlog
from flask import Flask

from app.jobs.drain import Drainer
from app.kit.bell import QUEUE, LocalBell, RedisBell
from app.services import sweep, tasks

__all__ = ["Supervisor", "drain_job", "run_child", "start_inline", "sweep_once"]

log = structlog.get_logger()

LOOK = 0.2  # seconds between two looks for due work
SWEEP = 1.0  # seconds between two sweeps
PURGE = 3600.0  # seconds
PATIENCE = 3.0  # seconds that due work may wait before the sweeper does it itself
SILENCE = 5.0  # seconds without Redis after which bells are not waited for

_drainer: Drainer | None = None


def drain_job() -> int:
    """What the bell's RQ job does; the worker process made the drainer before."""
    if _drainer is None:
        raise RuntimeError("run by `flask --app wsgi worker` only")
    return _drainer.drain()


def run_child(app: Flask) -> None:
    """A worker process: RQ's SimpleWorker on one queue, or the loop without Redis. Ends when its
    supervisor is gone."""
    global _drainer
    _drainer = Drainer(app)
    parent = os.getppid()
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    bell = app.extensions["bell"]
    if isinstance(bell, RedisBell):
        _work_for_rq(bell.url)
    else:
        _stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: _stop.set())
        signal.signal(signal.SIGINT, lambda *_: _stop.set())
        _loop(app, _drainer, _stop, sweeps=False)
    _drainer.close()


def _work_for_rq(url: str) -> None:
    from redis import Redis
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    connection = Redis.from_url(url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=30,
        maintenance_interval=30,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def start_inline(app: Flask) -> threading.Thread:
    """Background work in a thread of this very process, for development."""
    drainer = Drainer(app, threads=4)
    thread = threading.Thread(
        target=_loop, args=(app, drainer, threading.Event()), daemon=True, name="inline-worker"
    )
    thread.start()
    return thread


def sweep_once(app: Flask) -> int:
    """One sweep, and everything due done; how many tasks were run."""
    drainer = Drainer(app)
    with app.app_context():
        sweep.sweep()
        sweep.purge()
    try:
        return drainer.drain(seconds=300)
    finally:
        drainer.close()


def _loop(app: Flask, drainer: Drainer, stop: threading.Event, *, sweeps: bool = True) -> None:
    """Look, sweep, drain, from the database alone."""
    bell = app.extensions["bell"]
    clock = _Clock()
    while not stop.is_set():
        try:
            with app.app_context():
                if sweeps:
                    clock.tick()
                due = tasks.is_due()
            if due:
                drainer.drain()
                continue
        except Exception:
            log.warning("worker.look_failed", exc_info=True)
            stop.wait(1.0)
        if isinstance(bell, LocalBell):
            bell.wait(LOOK)
        else:
            stop.wait(LOOK)


class _Clock:
    """Sweeps every second, purges every hour."""

    def __init__(self) -> None:
        self._sweep = self._purge = 0.0

    def tick(self) -> None:
        now = time.monotonic()
        if now >= self._sweep:
            self._sweep = now + SWEEP
            sweep.sweep()
        if now >= self._purge:
            self._purge = now + PURGE
            sweep.purge()


class Supervisor:
    """`flask worker`: keeps worker processes alive, and sweeps. When Redis is silent, or due work
    waits too long, it does the work itself."""

    def __init__(self, app: Flask, processes: int = 2) -> None:
        self.app = app
        self.processes = processes
        self.children: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()
        self._drainer = Drainer(app)
        self._waiting_since: float | None = None

    def run(self) -> None:
        """Until SIGTERM or SIGINT; running tasks are finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._stop.set())
        helper = threading.Thread(target=self._help, daemon=True)
        helper.start()
        log.info("worker.started", processes=self.processes)
        clock = _Clock()
        while not self._stop.is_set():
            self._keep_children()
            try:
                with self.app.app_context():
                    clock.tick()
                    self._look()
            except Exception:
                log.warning("sweeper.failed", exc_info=True)
                self._stop.wait(1.0)
            self._stop.wait(LOOK)
        self._end(helper)

    def _look(self) -> None:
        if not tasks.is_due():
            self._waiting_since = None
            return
        self._waiting_since = self._waiting_since or time.monotonic()
        self.app.extensions["bell"].ring()

    def _must_help(self) -> bool:
        bell = self.app.extensions["bell"]
        if not isinstance(bell, RedisBell):
            return False  # the children look for themselves
        waited = time.monotonic() - self._waiting_since if self._waiting_since else 0.0
        return waited > 0 and (bell.silent_for > SILENCE or waited > PATIENCE)

    def _help(self) -> None:
        """Drain here, beside the looking, while the children do not hear the bell."""
        while not self._stop.wait(LOOK):
            if self._must_help():
                with contextlib.suppress(Exception):
                    self._drainer.drain(seconds=2)

    def _keep_children(self) -> None:
        self.children = [child for child in self.children if child.poll() is None]
        while len(self.children) < self.processes:
            self.children.append(self._spawn())

    def _spawn(self) -> "subprocess.Popen[bytes]":
        command: list[Any] = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--child"]
        return subprocess.Popen(command)  # noqa: S603, our own interpreter and arguments

    def _end(self, helper: threading.Thread) -> None:
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + 20
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            child.kill()
        helper.join(timeout=max(0.1, deadline - time.monotonic()))
        self._drainer.close()
