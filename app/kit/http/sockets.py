"""Sockets that end when they must, however slowly or generously the other side writes."""

import math
import socket
import ssl
import time
from http.client import HTTPException
from typing import Any

__all__ = ["DeadlineSocket", "TlsSocket", "left", "tls_context"]


class DeadlineSocket(socket.socket):
    """A socket whose every wait ends at one deadline, and that reads a limited number of bytes.

    Timeouts of sockets are per call, so a peer that sends one byte a second never meets them.
    Here each call gets only what is left of the whole, which needs no thread to watch.
    """

    deadline = math.inf
    patience = math.inf
    budget = 0

    def arm(self, deadline: float, patience: float, budget: int) -> None:
        """Set the deadline (monotonic seconds), seconds for one wait, and bytes to accept."""
        self.deadline, self.patience, self.budget = deadline, patience, budget

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Read as sockets do; raise TimeoutError late, HTTPException beyond the budget."""
        self.settimeout(min(left(self.deadline), self.patience))
        count = super().recv_into(buffer)
        self.budget -= count
        if self.budget < 0:
            raise HTTPException("the answer is out of all proportion")
        return count

    def send(self, data: Any, flags: int = 0) -> int:
        """Send as sockets do; raise TimeoutError late."""
        self.settimeout(min(left(self.deadline), self.patience))
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send everything as sockets do; raise TimeoutError late."""
        self.settimeout(min(left(self.deadline), self.patience))
        super().sendall(data, flags)


class TlsSocket(DeadlineSocket, ssl.SSLSocket):
    """The same with TLS; its `sendall` is made of `send`, so each piece is limited."""


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Verify certificate and name against `ca_file` alone; the environment has no say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=ca_file)
    context.sslsocket_class = TlsSocket
    return context


def left(deadline: float) -> float:
    """Seconds until `deadline` (monotonic); raise TimeoutError when there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the total time is used up")
    return seconds
