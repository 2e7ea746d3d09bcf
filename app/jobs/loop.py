"""Looking for due work in the database, without anybody who rings."""

import threading
import time

import structlog
from flask import Flask

from app.jobs.drain import Drainer
from app.kit import clock
from app.kit.bell import LocalBell
from app.services import sweep, tasks

__all__ = ["LOOK", "Clock", "loop", "until_due"]

log = structlog.get_logger()

LOOK = 0.2  # seconds between two looks for due work
SWEEP = 1.0  # seconds between two sweeps
PURGE = 3600.0  # seconds
RETREAT = 1.0  # seconds after a look that failed


def loop(app: Flask, drainer: Drainer, stop: threading.Event, *, sweeps: bool = True) -> None:
    """Look, sweep and drain until told to stop."""
    bell = app.extensions["bell"]
    ticks = Clock()
    while not stop.is_set():
        try:
            with app.app_context():
                if sweeps:
                    ticks.tick()
                wait = until_due()
            if wait == 0 and drainer.drain(SWEEP, leave=True):
                continue
        except Exception:
            log.warning("worker.look_failed", exc_info=True)
            wait = RETREAT
        if isinstance(bell, LocalBell):
            bell.wait(wait or LOOK)
        else:
            stop.wait(wait or LOOK)


def until_due() -> float:
    """Seconds until something may be due, LOOK at most; 0 when something is."""
    due = tasks.next_due()
    if due is None:
        return LOOK
    return min(LOOK, max(0.0, (due - clock.now()).total_seconds()))


class Clock:
    """Sweeps every second, purges every hour."""

    def __init__(self) -> None:
        self._sweep = self._purge = 0.0

    def tick(self) -> None:
        """Do what the time has come for."""
        now = time.monotonic()
        if now >= self._sweep:
            self._sweep = now + SWEEP
            sweep.sweep()
        if now >= self._purge:
            self._purge = now + PURGE
            sweep.purge()
