"""Connections that go exactly where the address policy looked, and end when they must."""

import math
import socket
import ssl
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from app.kit.http.addresses import AddressPolicy, Target
from app.kit.http.sockets import DeadlineSocket, TlsSocket, left

__all__ = ["Connection", "Dialler", "Unreachable", "Unresolved", "open_connection"]

Resolver = Callable[..., list[Any]]
LOOKUPS = 32  # at once: enough for slow name servers, few enough to bound the threads


class Unresolved(Exception):
    """The name has no address, or none in time."""


class Unreachable(Exception):
    """No address of the name took the connection."""


class Dialler:
    """Resolve a name once, vet every answer, connect to one of exactly those."""

    def __init__(
        self, policy: AddressPolicy, resolver: Resolver, resolve: float, connect: float
    ) -> None:
        self._policy, self._resolver = policy, resolver
        self._resolve, self._connect = resolve, connect
        self._slots = threading.BoundedSemaphore(LOOKUPS)

    def dial(self, host: str, port: int, deadline: float) -> DeadlineSocket:
        """A connected socket; raise Unresolved, Blocked, Unreachable or TimeoutError."""
        answers = self._look_up(host, port, min(time.monotonic() + self._resolve, deadline))
        self._policy.vet(answers)
        failure: OSError | None = None
        for family, kind, proto, _, address in answers:
            try:
                return self._open(family, kind, proto, address, deadline)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise failure
        raise Unreachable(f"{host}: {failure}")

    def _open(
        self, family: int, kind: int, proto: int, address: Any, deadline: float
    ) -> DeadlineSocket:
        sock = DeadlineSocket(family, kind, proto)
        try:
            sock.settimeout(min(left(deadline), self._connect))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A TLS handshake comes next, and all of it together gets this one timeout.
            sock.settimeout(min(left(deadline), self._connect))
        except BaseException:
            sock.close()
            raise
        return sock

    def _look_up(self, host: str, port: int, deadline: float) -> list[Any]:
        # getaddrinfo takes no timeout and cannot be interrupted, so it runs in a thread that
        # may be abandoned; the slot stays taken until it really ends.
        if not self._slots.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise Unresolved(f"{host}: too many slow lookups at once")
        results: SimpleQueue[list[Any] | Exception] = SimpleQueue()

        def look() -> None:
            try:
                results.put(self._resolver(host, port, type=socket.SOCK_STREAM))
            except Exception as error:
                results.put(error)
            finally:
                self._slots.release()

        try:
            threading.Thread(target=look, name="lookup", daemon=True).start()
        except RuntimeError as error:
            self._slots.release()
            raise Unresolved(f"{host}: {error}") from error
        try:
            answers = results.get(timeout=max(deadline - time.monotonic(), 0))
        except Empty:
            raise Unresolved(f"{host}: no answer in time") from None
        if isinstance(answers, Exception):
            raise Unresolved(f"{host}: {answers}") from answers
        if not answers:
            raise Unresolved(f"{host}: no address")
        return answers


class PlainConnection(HTTPConnection):
    """An HTTP connection dialled by a Dialler. `host` stays the name."""

    dialler: Dialler
    deadline = math.inf

    def _new_conn(self) -> socket.socket:
        return self.dialler.dial(self.host, self.port, self.deadline)


class TlsConnection(HTTPSConnection):
    """The same over TLS: SNI and the certificate are checked against the name."""

    dialler: Dialler
    deadline = math.inf

    def _new_conn(self) -> socket.socket:
        return self.dialler.dial(self.host, self.port, self.deadline)

    def connect(self) -> None:
        """Dial and shake hands; raise ssl.SSLError for whatever goes wrong in the handshake."""
        try:
            super().connect()
        except OSError as error:
            kept = isinstance(error, TimeoutError | ssl.SSLError)
            if kept and not isinstance(error, ssl.SSLEOFError):
                raise
            raise ssl.SSLError(f"the handshake broke off: {error}") from error
        # A peer that hangs up before the handshake leaves a socket without TLS behind.
        if not isinstance(self.sock, TlsSocket) or self.sock.version() is None:
            raise ssl.SSLError("no handshake took place")


Connection = PlainConnection | TlsConnection


def open_connection(
    target: Target, dialler: Dialler, tls: ssl.SSLContext, deadline: float
) -> Connection:
    """Dial the target; raise what `Dialler.dial` raises, and ssl.SSLError."""
    made: Connection
    if target.scheme == "https":
        made = TlsConnection(target.host, target.port, ssl_context=tls)
    else:
        made = PlainConnection(target.host, target.port)
    made.dialler, made.deadline = dialler, deadline
    try:
        made.connect()
    except BaseException:
        made.close()
        raise
    return made
