"""Request rates counted in this very process, for installations without Redis.

The storage that `limits` brings for that starts a timer thread with nearly every request; this one
drops what is over when it comes by.
"""

import threading
import time

from limits.storage import Storage

__all__ = ["SCHEME", "ProcessStorage"]

SCHEME = "process"
ROOM = 10_000  # counters kept before those that are over are looked for


class ProcessStorage(Storage):
    """Fixed windows in a dict, found by `limits` under `process://`."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._windows: dict[str, tuple[int, float]] = {}  # count, and when it ends
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in the key's window, or in a new one of `expiry` seconds; the count so far."""
        now = time.time()
        with self._lock:
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
                self._make_room(now)
            self._windows[key] = count + amount, ends
        return count + amount

    def get(self, key: str) -> int:
        count, ends = self._windows.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def _make_room(self, now: float) -> None:
        if len(self._windows) >= ROOM:
            self._windows = {key: one for key, one in self._windows.items() if one[1] > now}
