"""Signing Stripe events and delivering them over real sockets."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import stripe

Event = dict[str, Any]


@dataclass(frozen=True)
class Delivered:
    """What the receiver answered; status 0 when it could not be reached."""

    event_id: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Subscription:
    url: str
    secret: str
    types: frozenset[str] | None
    account: str | None


def sign(
    event: Event | bytes, secret: str, timestamp: int | None = None
) -> tuple[bytes, dict[str, str]]:
    """The body as Stripe sends it, with its headers."""
    # Stripe indents its bodies: a receiver that re-serialises before it verifies fails here.
    body = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
    stamp = int(time.time()) if timestamp is None else timestamp
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def post(event: Event | bytes, url: str, secret: str, timestamp: int | None = None) -> Delivered:
    """Deliver once. http.client, so that no test's patching of requests catches it."""
    body, headers = sign(event, secret, timestamp)
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target or "/", body, headers)
        answer = connection.getresponse()
        event_id = event["id"] if isinstance(event, dict) else ""
        return Delivered(event_id, answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


class Courier:
    """Delivers every new event in the background, in order, once."""

    def __init__(self) -> None:
        self.results: list[Delivered] = []
        self._subscriptions: list[_Subscription] = []
        self._queue: queue.Queue[tuple[Event, str] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def subscribe(
        self, url: str, secret: str, types: Iterable[str] | None, account: str | None
    ) -> None:
        """Send events to this address from now on."""
        chosen = None if types is None else frozenset(types)
        self._subscriptions.append(_Subscription(url, secret, chosen, account))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def offer(self, event: Event, account: str) -> None:
        """Queue a new event, if anybody listens."""
        if self._subscriptions:
            self._queue.put((event, account))

    def wait(self, timeout: float) -> bool:
        """Wait until everything queued is delivered; False when it takes too long."""
        end = time.monotonic() + timeout
        with self._queue.all_tasks_done:
            while self._queue.unfinished_tasks:
                if not self._queue.all_tasks_done.wait(end - time.monotonic()):
                    return False
        return True

    def stop(self) -> None:
        """End the background thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(5)

    def _run(self) -> None:
        while True:
            item = self._queue.get()
            try:
                if item is None:
                    return
                for one in list(self._subscriptions):
                    self._deliver(one, *item)
            finally:
                self._queue.task_done()

    def _deliver(self, to: _Subscription, event: Event, account: str) -> None:
        if to.account not in (None, account):
            return
        if to.types is not None and event["type"] not in to.types:
            return
        try:
            self.results.append(post(event, to.url, to.secret))
        except OSError:
            self.results.append(Delivered(event["id"], 0, {}, b""))
