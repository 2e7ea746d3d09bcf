"""A receiver on a real socket that does to each connection what its script says."""

import socket
import threading
from contextlib import suppress
from ipaddress import ip_network

import pytest

from app.kit.http.addresses import AddressPolicy
from app.kit.http.guarded import GuardedClient, Limits, SendError

LOOPBACK = AddressPolicy((ip_network("127.0.0.1/32"),))
SHORT = Limits(resolve=0.3, connect=0.8, read=0.8, total=0.8)
HEAD = b"HTTP/1.1 200 OK\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(address, port):
    """One answer as getaddrinfo gives it."""
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


def resolving(*addresses):
    """A resolver that knows these addresses for every name, and counts its lookups."""

    def resolve(host, port, **_):
        resolve.lookups += 1
        return [answer(address, port) for address in addresses]

    resolve.lookups = 0
    return resolve


def client(policy=LOOPBACK, limits=SHORT, **options):
    return GuardedClient(policy, limits, **options)


def refused(sender, url, code):
    """Send and expect this code; the code is all that the error shows of itself."""
    with pytest.raises(SendError) as refusal:
        sender.post(url, {}, b"{}")
    assert refusal.value.code == code, refusal.value.detail
    assert str(refusal.value) == code
    assert refusal.value.seconds >= 0


class Listener:
    """A socket that only listens, to count who knocked."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()

    def knocks(self):
        """How many connections came; on loopback they are queued before connect returns."""
        self.socket.settimeout(0)
        count = 0
        with suppress(BlockingIOError):
            while True:
                self.socket.accept()[0].close()
                count += 1
        return count


class Receiver:
    """Runs `script(connection, receiver)` for the first connection and `polite` for the rest.

    Given no script, every connection is treated politely. `tls` is a server's SSLContext.
    """

    def __init__(self, script=None, tls=None):
        self.script, self.tls = script or polite, tls
        self.accepts, self.requests = 0, []
        self.over = threading.Event()

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        # Closing alone would leave the thread in accept().
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection = self.socket.accept()[0]
                self.accepts += 1
                script = self.script if self.accepts == 1 else polite
                threading.Thread(target=self._run, args=(script, connection), daemon=True).start()

    def _run(self, script, connection):
        with suppress(OSError), connection:
            if self.tls and script is not raw:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                script(connection, self)

    def read(self, connection):
        """The next request, whole, or b"" when the peer is gone."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return b""
            head += byte
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = b""
        while len(body) < length:
            body += connection.recv(length - len(body))
        self.requests.append(head + body)
        return head + body

    def drip(self, connection, data):
        """Send `data` slowly: each byte well within a read's time, all of them far beyond."""
        for byte in data:
            if self.over.wait(0.05):
                return
            connection.sendall(bytes([byte]))


def polite(connection, receiver):
    """Answer each request with `ok`, for as long as the peer asks."""
    while receiver.read(connection):
        connection.sendall(OK)


def replying(data):
    """A script: read the request, send these bytes, hang up."""

    def script(connection, receiver):
        receiver.read(connection)
        connection.sendall(data)

    return script


def flooding(start, block):
    """A script: read the request, send `start`, then `block` until the peer is gone."""

    def script(connection, receiver):
        receiver.read(connection)
        connection.sendall(start)
        while not receiver.over.is_set():
            connection.sendall(block)

    return script


def dripping(start, slowly):
    """A script: read the request, send `start`, then the rest byte by byte."""

    def script(connection, receiver):
        receiver.read(connection)
        connection.sendall(start)
        receiver.drip(connection, slowly)

    return script


def raw(connection, receiver):
    """A script without TLS: drip the start of a long handshake record."""
    receiver.drip(connection, b"\x16\x03\x03\x40\x00" + b"\x02" * 60)


def deaf(connection, receiver):
    """A script: never read anything."""
    receiver.over.wait(5)
