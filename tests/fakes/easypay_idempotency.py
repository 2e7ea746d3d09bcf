"""Easypay's idempotency keys: at most 50 characters, kept for a day, bound to the body."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from tests.fakes.easypay_checks import EasypayRefusal
from tests.fakes.server import Response

__all__ = ["Keys"]

LONGEST, KEPT = 50, 24 * 3600  # characters, seconds
PASSING = {429, 502, 503}  # never stored


@dataclass
class _Entry:
    asked: tuple[str, str, bytes]
    at: float
    response: Response | None = None


class Keys:
    """The keys of every account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], _Entry] = {}

    def begin(self, account: str, key: str, asked: tuple[str, str, bytes]) -> Response | None:
        """Reserve the key, or give the answer it has."""
        if len(key) > LONGEST:
            raise EasypayRefusal(400, "The Idempotency-Key is too long")
        with self._lock:
            entry = self._entries.get((account, key))
            if entry is None or time.time() - entry.at > KEPT:
                self._entries[account, key] = _Entry(asked, time.time())
                return None
        if entry.asked != asked:
            raise EasypayRefusal(422, "The Idempotency-Key was used with another request")
        if entry.response is None:
            raise EasypayRefusal(409, "The original request is still in transit")
        first = entry.response
        return Response(first.status, first.body, {**first.headers, "Idempotency-Replay": "true"})

    def finish(self, account: str, key: str, response: Response) -> None:
        """Remember the answer, unless it was a passing one."""
        with self._lock:
            if response.status in PASSING:
                self._entries.pop((account, key), None)
            else:
                kept = Response(response.status, response.encoded(), dict(response.headers))
                self._entries[account, key].response = kept
