"""`flask worker`: keeps worker processes alive, sweeps, rings, and helps where nobody hears it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import structlog
from flask import Flask

from app.jobs.drain import Drainer
from app.jobs.loop import LOOK, RETREAT, Clock, until_due
from app.kit.bell import RedisBell

__all__ = ["Supervisor"]

log = structlog.get_logger()

PATIENCE = 3.0  # seconds that due work may wait before the supervisor does it itself
SILENCE = 5.0  # seconds without Redis after which bells are not waited for
RESPAWN = 1.0  # seconds between two starts of a process that keeps ending
GRACE = 18.0  # seconds that running tasks get at the end; a webhook takes 15 at most


class Supervisor:
    """Runs until SIGTERM or SIGINT."""

    def __init__(self, app: Flask, processes: int = 2) -> None:
        self.app = app
        self.bell = app.extensions["bell"]
        self.slots = [_Slot() for _ in range(processes)]
        self._stop = threading.Event()
        self._drainer = Drainer(app)
        self._waiting_since: float | None = None

    def run(self) -> None:
        """Until told to stop; running tasks are finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._stop.set())
        helper = threading.Thread(target=self._help, daemon=True)
        helper.start()
        log.info("worker.started", processes=len(self.slots))
        clock = Clock()
        while not self._stop.is_set():
            for slot in self.slots:
                slot.keep()
            self._stop.wait(self._look(clock))
        self._end()

    def _look(self, clock: Clock) -> float:
        """Sweep, ring when something is due; the seconds until the next look."""
        try:
            with self.app.app_context():
                clock.tick()
                wait = until_due()
        except Exception:
            log.warning("sweeper.failed", exc_info=True)
            return RETREAT
        if wait > 0:
            self._waiting_since = None
            return wait
        self._waiting_since = self._waiting_since or time.monotonic()
        self.bell.ring()
        return LOOK

    def _help(self) -> None:
        """Drain here, beside the looking, while the children do not hear the bell."""
        while not self._stop.wait(LOOK):
            if self._must_help():
                with contextlib.suppress(Exception):
                    self._drainer.drain(seconds=2, leave=True)

    def _must_help(self) -> bool:
        since = self._waiting_since
        if since is None or not isinstance(self.bell, RedisBell):
            return False  # without Redis the children look for themselves
        waited = time.monotonic() - since
        return self.bell.silent_for > SILENCE or waited > PATIENCE

    def _end(self) -> None:
        deadline = time.monotonic() + GRACE
        for slot in self.slots:
            slot.ask()
        closing = threading.Thread(target=self._drainer.close, daemon=True)
        closing.start()
        for slot in self.slots:
            slot.end(max(0.0, deadline - time.monotonic()))
        closing.join(max(0.0, deadline - time.monotonic()))
        if closing.is_alive():
            os._exit(1)  # Python would wait for its threads; the leases run out instead


class _Slot:
    """One worker process and its successors. It ends when this end of its standard input does, so
    that it cannot outlive us."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self._next = 0.0

    def keep(self) -> None:
        """Start a process where there is none, not too often."""
        if self.child and self.child.poll() is None:
            return
        if time.monotonic() < self._next:
            return
        if self.child and self.child.stdin:
            log.warning("worker.ended", code=self.child.returncode)
            self.child.stdin.close()
        self._next = time.monotonic() + RESPAWN
        command = [sys.executable, "-m", "flask", *sys.argv[1:], "--child"]  # as we were started
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603

    def ask(self) -> None:
        """Ask the process to finish what it runs and end."""
        if self.child and self.child.stdin:
            with contextlib.suppress(OSError):
                self.child.stdin.close()

    def end(self, seconds: float) -> None:
        """Wait for the end, then kill what does not obey; its leases run out."""
        if self.child:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
            self.child.kill()
            self.child.wait()
