"""The transport for companies whose address a merchant typed: it cannot be led inside."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from app.adapters.gateways import base

if TYPE_CHECKING:
    from app.adapters.gateways.wire import Reply
    from app.kit.http.guarded import GuardedClient

__all__ = ["Guarded"]

TOTAL = 12.0  # seconds for one call; with one retry it stays under 25

_WHY = {
    "E_BLOCKED": "the server's address is not one that may be called from here: it has to be"
    " https and reachable from outside",
    "E_DNS": "the server's name leads nowhere right now",
    "E_TLS": "the server's certificate is not accepted",
    "E_TIMEOUT": "the server did not answer in time",
}


class Guarded:
    """Sends one request, like every `wire.Transport`, through the guarded client.

    `networks` are private ones that the operator lets in. The client is made when it is first
    used: most installations never need it.
    """

    def __init__(
        self, networks: Sequence[IPv4Network | IPv6Network] = (), *, https_only: bool = True
    ) -> None:
        self._networks, self._https_only = tuple(networks), https_only
        self._client: GuardedClient | None = None
        self._lock = threading.Lock()

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        """Raises base.Unavailable when there is no whole answer, base.Misconfigured for an address
        that may not be called."""
        from app.adapters.gateways.wire import Reply
        from app.kit.http.guarded import SendError

        try:
            answer = self._made().send(method, url, headers=headers, body=body)
        except SendError as error:
            kind = base.Misconfigured if error.code == "E_BLOCKED" else base.Unavailable
            # What the client knows beyond its code is for operators: it would map their network.
            raise kind(_WHY.get(error.code, "the server could not be reached")) from None
        if answer.truncated:
            raise base.Unavailable("the server answered with too much")
        if 300 <= answer.status < 400:
            raise base.Unavailable(f"the server answered {answer.status}: it lives elsewhere")
        return Reply(answer.status, answer.headers, answer.body)

    def _made(self) -> GuardedClient:
        from app.adapters.gateways.wire import LIMIT
        from app.kit.http.addresses import AddressPolicy
        from app.kit.http.guarded import GuardedClient, Limits

        with self._lock:
            if self._client is None:
                self._client = GuardedClient(
                    AddressPolicy(self._networks),
                    Limits(total=TOTAL, body=LIMIT),
                    https_only=self._https_only,
                )
            return self._client
