"""A worker process: RQ's SimpleWorker on one queue, or the loop without Redis."""

import os
import signal
import sys
import threading
import time

import structlog
from flask import Flask

from app.jobs.drain import Drainer
from app.jobs.loop import loop
from app.kit.bell import QUEUE, RedisBell

__all__ = ["drain_job", "run_child"]

log = structlog.get_logger()

TURN = 5.0  # seconds that one bell keeps a worker looking
FAREWELL = 2.0  # seconds RQ gets to say goodbye to Redis

_drainer: Drainer | None = None


def drain_job() -> int:
    """What the bell's RQ job does; the worker process made the drainer before."""
    if _drainer is None:
        raise RuntimeError("run by `flask --app wsgi worker` only")
    return _drainer.drain(TURN, leave=True)


def run_child(app: Flask) -> None:
    """Work until the supervisor, which holds the other end of standard input, closes it or is
    gone; running tasks are finished first."""
    global _drainer
    _drainer = Drainer(app)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=_end_with_supervisor, args=(stop,), daemon=True).start()
    bell = app.extensions["bell"]
    if isinstance(bell, RedisBell):
        _work_for_rq(bell.url, stop)
    else:
        loop(app, _drainer, stop, sweeps=False)
    _drainer.close()


def _end_with_supervisor(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(1):
        pass
    stop.set()
    if _drainer:
        _drainer.stop()
        os.kill(os.getpid(), signal.SIGTERM)  # RQ waits in the main thread, for this
        _drainer.close()
    time.sleep(FAREWELL)
    os._exit(0)


def _work_for_rq(url: str, stop: threading.Event) -> None:
    """Serve the queue until stopped or until RQ gives Redis up; the supervisor starts another."""
    from redis import Redis
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    if not _answers(url, stop):
        return
    connection = Redis.from_url(url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    try:
        worker = SimpleWorker(
            [queue],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=30,
            maintenance_interval=30,
        )
        worker.max_connection_wait_time = 5.0
        worker.work(with_scheduler=False, logging_level="WARNING")
    except Exception:
        log.warning("worker.redis_lost", exc_info=True)


def _answers(url: str, stop: threading.Event) -> bool:
    """Wait for Redis, so that a worker is not started again and again while there is none; the
    supervisor does the work meanwhile. False when told to stop."""
    from redis import Redis, RedisError

    while not stop.is_set():
        try:
            with Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as probe:
                probe.ping()
                return True
        except RedisError:
            stop.wait(1.0)
    return False
