"""The HTTP client for addresses typed by strangers: it cannot be led inside, held or flooded."""

import os
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import certifi
from urllib3.exceptions import HTTPError

from app.kit.http.addresses import AddressPolicy, BadUrl, Blocked, Target, parse_url
from app.kit.http.dial import (
    Connection,
    Dialler,
    Resolver,
    Unreachable,
    Unresolved,
    open_connection,
)
from app.kit.http.messages import kept_headers, read_body, request_fields
from app.kit.http.pool import IdlePool
from app.kit.http.sockets import DeadlineSocket, tls_context

__all__ = ["Answer", "GuardedClient", "Limits", "SendError"]

HEAD_BYTES = 65536  # of status line and headers read from the wire; http.client allows 100 lines

# First match wins: TimeoutError and SSLError are OSErrors too, BadUrl is a ValueError.
_CODES: dict[type[Exception], str] = {
    Blocked: "E_BLOCKED",
    BadUrl: "E_BLOCKED",
    Unresolved: "E_DNS",
    Unreachable: "E_CONNECT",
    TimeoutError: "E_TIMEOUT",
    ssl.SSLEOFError: "E_HTTP",  # hung up; during the handshake it is a plain SSLError
    ssl.SSLError: "E_TLS",
    OSError: "E_HTTP",
    HTTPException: "E_HTTP",
    HTTPError: "E_HTTP",
    ValueError: "E_HTTP",
}


@dataclass(frozen=True)
class Limits:
    """Seconds for the lookup, each dial or handshake, each wait, and in total; then bytes of
    the body and of the headers to return."""

    resolve: float = 3.0
    connect: float = 3.0
    read: float = 10.0
    total: float = 15.0
    body: int = 65536
    headers: int = 8192


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case; `body` is raw, as it was on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    truncated: bool
    seconds: float


class SendError(Exception):
    """No answer. `code` is safe to show to anyone; `detail` is for operators only.

    Codes: E_DNS no address in time; E_BLOCKED an address we do not call; E_CONNECT nobody took
    the connection; E_TLS the certificate or the handshake; E_TIMEOUT time ran out after the
    lookup; E_HTTP what came back was cut off, too large or not HTTP.
    """

    def __init__(self, code: str, detail: str, seconds: float) -> None:
        super().__init__(code)
        self.code, self.detail, self.seconds = code, detail, seconds


class GuardedClient:
    """Send single requests to URLs that strangers typed. Safe to share between threads.

    One lookup per connection, and the connection goes to an address that was checked; a name
    with any forbidden address is refused. No redirects, retries, proxies, .netrc or decoding.
    Trusts `ca_file` alone, or the bundle that requests uses.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        limits: Limits = Limits(),
        *,
        resolver: Resolver = socket.getaddrinfo,
        ca_file: str | None = None,
        https_only: bool = False,
    ) -> None:
        self._policy, self._limits, self._resolver = policy, limits, resolver
        self._https_only = https_only
        self._tls = tls_context(ca_file or certifi.where())
        self._start()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST `body`; the same promises and errors as `send`."""
        return self.send("POST", url, headers=headers, body=body)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET; the same promises and errors as `send`."""
        return self.send("GET", url, headers=headers)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """One request and its answer, whatever its status, within `Limits.total` seconds.

        Raises SendError when there is no answer, and ValueError for a method or header that
        the caller must not send.
        """
        started = time.monotonic()
        fields = request_fields(method, headers)
        try:
            return self._exchange(method, parse_url(url), fields, body, started)
        except tuple(_CODES) as error:
            code = next(code for kind, code in _CODES.items() if isinstance(error, kind))
            detail = f"{type(error).__name__}: {error}"
            raise SendError(code, detail, time.monotonic() - started) from error

    def _exchange(
        self, method: str, target: Target, fields: dict[str, str], body: bytes | None, start: float
    ) -> Answer:
        deadline = start + self._limits.total
        connection, sock = self._connect(target, deadline)
        try:
            sock.arm(deadline, self._limits.read, HEAD_BYTES)
            whole = True
            try:
                connection.request(method, target.path, body=body, headers=fields)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                whole = False  # an answer may be waiting even so, a 413 for instance
            # urllib3's own getresponse would decode bodies and wrap what is already enough here.
            response = HTTPConnection.getresponse(connection)
            with closing(response):
                # Chunks of one byte need six on the wire; beyond that it is an attack.
                sock.budget = HEAD_BYTES + 8 * self._limits.body
                content, truncated = read_body(response, self._limits.body)
                again = whole and response.isclosed() and connection.sock is not None
        except BaseException:
            connection.close()
            raise
        if again:
            self._pool.keep(target, connection)
        else:
            connection.close()
        stored = kept_headers(response, self._limits.headers)
        return Answer(response.status, stored, content, truncated, time.monotonic() - start)

    def _connect(self, target: Target, deadline: float) -> tuple[Connection, DeadlineSocket]:
        if self._https_only and target.scheme != "https":
            raise Blocked("only https is allowed")
        if self._pid != os.getpid():
            self._start()
        connection = self._pool.take(target)
        if connection is None:
            connection = open_connection(target, self._dialler, self._tls, deadline)
        if not isinstance(connection.sock, DeadlineSocket):
            raise Unreachable("the connection is gone")
        return connection, connection.sock

    def _start(self) -> None:
        # After a fork the parent's sockets are still its own: two speakers, one connection.
        self._pid = os.getpid()
        self._pool = IdlePool()
        limits = self._limits
        self._dialler = Dialler(self._policy, self._resolver, limits.resolve, limits.connect)
