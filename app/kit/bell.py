"""The bell: it tells a worker that the database has work. Best effort; the row is the truth."""

import contextlib
import threading
import time
from typing import Any, Protocol

__all__ = ["Bell", "LocalBell", "RedisBell"]

QUEUE = "gatehouse"
JOB = "app.jobs.child.drain_job"
WAITING = 4  # bells in the queue that nobody heard yet; more would say nothing new
TIMEOUT = 0.2  # seconds a request may lose to a Redis that does not answer
QUIET = 1.0  # seconds between two tries while it does not


class Bell(Protocol):
    """Something that can be rung after a commit."""

    def ring(self) -> bool:
        """Wake a worker; False when nobody could be told. Never raises."""
        ...


class LocalBell:
    """Wakes a drainer thread in this very process."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> bool:
        self._event.set()
        return True

    def wait(self, seconds: float) -> None:
        """Sleep until the bell rings, `seconds` at most."""
        self._event.wait(seconds)
        self._event.clear()


class RedisBell:
    """Enqueues one RQ job that drains the task table. RQ and redis are imported when first rung."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.silent_since: float | None = None
        self._quiet_until = 0.0
        self._queue: Any = None
        self._lock = threading.Lock()

    def ring(self) -> bool:
        if not self._may_try():
            return False
        try:
            queue = self._connected()
            # A bell that still waits will be heard after the commit this one is for.
            if queue.count < WAITING:
                queue.enqueue(JOB, result_ttl=0, failure_ttl=3600, job_timeout=60)
        except Exception:  # whatever Redis does, a committed request must not fail
            self.silent_since = self.silent_since or time.monotonic()
            self._quiet_until = time.monotonic() + QUIET
            return False
        self.silent_since, self._quiet_until = None, 0.0
        return True

    def _may_try(self) -> bool:
        """Always while Redis answers; else one caller each QUIET seconds finds out."""
        with self._lock:
            now = time.monotonic()
            if now < self._quiet_until:
                return False
            if self.silent_since:
                self._quiet_until = now + QUIET
            return True

    @property
    def silent_for(self) -> float:
        """Seconds since Redis stopped answering; 0 while it does."""
        return time.monotonic() - self.silent_since if self.silent_since else 0.0

    def close(self) -> None:
        if self._queue is not None:
            with contextlib.suppress(Exception):
                self._queue.connection.close()

    def _connected(self) -> Any:
        with self._lock:
            if self._queue is None:
                from redis import Redis
                from redis.backoff import NoBackoff
                from redis.retry import Retry
                from rq import Queue
                from rq.serializers import JSONSerializer

                connection = Redis.from_url(
                    self.url,
                    socket_timeout=TIMEOUT,
                    socket_connect_timeout=TIMEOUT,
                    retry=Retry(NoBackoff(), 0),
                )
                self._queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
            return self._queue
