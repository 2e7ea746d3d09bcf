"""Open connections kept a moment for the next call to the same origin."""

import threading
import time
import weakref
from collections import deque

from app.kit.http.addresses import Target
from app.kit.http.dial import Connection

__all__ = ["IdlePool"]

Origin = tuple[str, str, int]


class IdlePool:
    """Idle connections by scheme, host and port; shared by threads, each lent to one at a time.

    `lifetime` is in seconds and shorter than what common servers allow, so that the receiver
    rarely closes a connection in the moment we use it again. `size` counts connections.
    """

    def __init__(self, lifetime: float = 4.0, size: int = 256) -> None:
        self._lifetime, self._size = lifetime, size
        self._lock = threading.Lock()
        self._idle: dict[Origin, deque[tuple[Connection, float]]] = {}
        self._count = 0
        self._swept = time.monotonic()
        # When the pool goes, or the process ends, its connections are closed with it.
        weakref.finalize(self, _close_all, self._idle)

    def take(self, target: Target) -> Connection | None:
        """An open connection to the target's origin, or None; it is the caller's from now on."""
        origin = (target.scheme, target.host, target.port)
        while True:
            with self._lock:
                waiting = self._idle.get(origin)
                if not waiting:
                    return None
                connection, since = waiting.pop()
                self._count -= 1
            # Readable while idle means closed, or an answer that nobody asked for.
            if time.monotonic() - since < self._lifetime and connection.is_connected:
                return connection
            connection.close()

    def keep(self, target: Target, connection: Connection) -> None:
        """Keep a connection whose answer was read to the end; close it if there is no room."""
        now = time.monotonic()
        with self._lock:
            stale = self._sweep(now) if now - self._swept >= self._lifetime else []
            fits = self._count < self._size
            if fits:
                origin = (target.scheme, target.host, target.port)
                self._idle.setdefault(origin, deque()).append((connection, now))
                self._count += 1
        for one in stale if fits else [*stale, connection]:
            one.close()

    def _sweep(self, now: float) -> list[Connection]:
        stale: list[Connection] = []
        for origin, waiting in list(self._idle.items()):
            while waiting and now - waiting[0][1] >= self._lifetime:
                stale.append(waiting.popleft()[0])
            if not waiting:
                del self._idle[origin]
        self._count -= len(stale)
        self._swept = now
        return stale


def _close_all(idle: dict[Origin, deque[tuple[Connection, float]]]) -> None:
    for waiting in idle.values():
        for connection, _ in waiting:
            connection.close()
