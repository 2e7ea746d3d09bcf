"""Ways to get background work done: worker processes, a thread of the web server, once by hand."""

import threading

from flask import Flask

from app.jobs.child import run_child
from app.jobs.drain import Drainer
from app.jobs.loop import loop
from app.jobs.supervisor import Supervisor
from app.services import sweep

__all__ = ["Supervisor", "run_child", "start_inline", "sweep_once"]


def start_inline(app: Flask) -> threading.Thread:
    """Background work in a thread of this very process, for development."""
    drainer = Drainer(app, threads=4)
    thread = threading.Thread(
        target=loop, args=(app, drainer, threading.Event()), daemon=True, name="inline-worker"
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
