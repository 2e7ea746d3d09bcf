"""Access tokens, in this process's memory alone: fetched once, used until just before they end."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.adapters.gateways import base
from app.kit import clock

__all__ = ["Token", "Tokens", "key_of"]

EARLY = timedelta(seconds=60)  # before its end a token is no longer used
MOST = 1000  # credentials whose tokens are kept


@dataclass(frozen=True)
class Token:
    """What calls are made with; printing it does not show it."""

    value: str = field(repr=False)
    until: datetime


@dataclass
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: Token | None = None
    failed_at: float = 0.0  # monotonic seconds


class Tokens:
    """One token for each set of credentials. Threads that need one wait for the first to get it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def get(self, key: str, fetch: Callable[[], Token]) -> str:
        """The token for these credentials, fetched when there is none that lasts. Raises what
        `fetch` raises."""
        came_at, place = time.monotonic(), self._place(key)
        with place.lock:
            if place.token is None or clock.now() >= place.token.until - EARLY:
                if place.failed_at > came_at:  # nobody waits for several failures, one by one
                    raise base.Unavailable("PayPal gave no token just now")
                try:
                    place.token = fetch()
                except base.Unavailable:
                    place.failed_at = time.monotonic()
                    raise
            return place.token.value

    def drop(self, key: str, value: str) -> None:
        """Forget a token that was refused, unless another has taken its place by now."""
        place = self._place(key)
        with place.lock:
            if place.token is not None and place.token.value == value:
                place.token = None

    def _place(self, key: str) -> _Place:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            if len(self._places) > MOST:
                self._places.popitem(last=False)
            return place


def key_of(*credentials: str) -> str:
    """A name for credentials that does not hold them."""
    return hashlib.sha256("\n".join(credentials).encode()).hexdigest()
