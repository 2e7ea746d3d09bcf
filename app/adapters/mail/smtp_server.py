"""The conversation with a mail server: where it may be, how it is encrypted, and when it ends."""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from ipaddress import IPv4Network, IPv6Network

from app.kit.http.addresses import AddressPolicy, Blocked
from app.kit.http.dial import Dialler
from app.kit.http.sockets import DeadlineSocket

__all__ = ["Dial", "MailServer", "guarded_dial", "open_dial"]

PATIENCE = 10.0  # seconds for each answer
TOTAL = 45.0  # seconds for a whole letter to a server that a merchant typed
LOOKUP = CONNECT = 3.0  # seconds
ANSWERS = 256 * 1024  # bytes that such a server may say in all
MAIL_PORTS = (25, 465, 587, 2465, 2525, 2587)

Dial = Callable[[str, int], socket.socket]


class MailServer(smtplib.SMTP):
    """A server that was dialled, with TLS from the start where `tls_at_once` is given.

    smtplib has one place where it dials, made to be overridden as its own SMTP_SSL does.
    """

    def __init__(
        self, host: str, port: int, dial: Dial, tls_at_once: ssl.SSLContext | None
    ) -> None:
        self._dial, self._tls_at_once = dial, tls_at_once
        try:
            super().__init__(host, port, timeout=PATIENCE)
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = self._dial(host, port)
        if self._tls_at_once is None:
            return sock
        try:
            return _as_before(sock, self._tls_at_once.wrap_socket(sock, server_hostname=host))
        except BaseException:
            sock.close()
            raise

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Go on encrypted (RFC 3207). Raises SMTPNotSupportedError where the server offers none."""
        before = self.sock
        self.starttls(context=tls)
        if before is not None and self.sock is not None:
            _as_before(before, self.sock)

    def __exit__(self, *_: object) -> None:
        """Say goodbye and hang up. Whatever comes of that, a letter that was taken was taken."""
        with suppress(smtplib.SMTPException, OSError, HTTPException):
            self.docmd("QUIT")
        self.close()


def _as_before(plain: socket.socket, encrypted: socket.socket) -> socket.socket:
    """The limits of a guarded socket hold for the one that encrypts it as well."""
    if isinstance(plain, DeadlineSocket) and isinstance(encrypted, DeadlineSocket):
        encrypted.arm(plain.deadline, plain.patience, plain.budget)
    return encrypted


def open_dial(host: str, port: int) -> socket.socket:
    """Dial a server that whoever runs this installation named."""
    return socket.create_connection((host, port), PATIENCE)


def guarded_dial(networks: tuple[IPv4Network | IPv6Network, ...]) -> Dial:
    """How a server is dialled that a merchant named: like every address of theirs, at a public
    address or in one of the operator's `networks`, within limits. Raises addresses.Blocked."""
    dialler = Dialler(AddressPolicy(networks), socket.getaddrinfo, LOOKUP, CONNECT)

    def dial(host: str, port: int) -> socket.socket:
        if port not in MAIL_PORTS and not networks:
            raise Blocked(f"port {port} is none of mail")
        deadline = time.monotonic() + TOTAL
        sock = dialler.dial(host, port, deadline)
        sock.arm(deadline, PATIENCE, ANSWERS)
        return sock

    return dial
