"""One store at a BTCPay server, by its Greenfield API (https://docs.btcpayserver.org/API).

Paths are the ones below the store, which old servers and new ones serve alike.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Transport, Wire

__all__ = ["Refused", "Store", "web_address", "whole"]

COMPANY = "BTCPay Server"


class Refused(base.Impossible):
    """It understood a call and refused it; nothing happened."""


class Store:
    """The store, and the key that opens it. `transport` is how a merchant's server is called; none
    for an address that the operator set."""

    def __init__(self, credentials: base.Credentials, transport: Transport | None) -> None:
        self.id = credentials["storeId"].strip()
        address = credentials.base_url or credentials["serverUrl"].strip()
        headers = {"Authorization": f"token {credentials['apiKey']}"}
        self._wire = Wire(COMPANY, address.rstrip("/"), _refused, headers, transport)

    def look(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Ask about something below the store. Raises Missing."""
        return self.ask(self._below(path), query)

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Ask about something of the server. What it does not want to tell is Unavailable: it says
        nothing of a payment."""
        try:
            return self._wire.get(path, query)
        except Refused as error:
            raise base.Unavailable(error.reason) from error

    def make(self, path: str, sent: Mapping[str, Any], *needed: str) -> dict[str, Any]:
        """Make or mark something below the store; sent once, for the server knows no idempotency
        keys. Raises Refused, Missing, and Unavailable for an answer without what is needed."""
        return whole(self._wire.post(self._below(path), dict(sent)).data, *needed)

    def change(self, method: str, path: str, sent: Mapping[str, Any] | None = None) -> None:
        """PUT or DELETE something below the store, which may be repeated. Raises Missing."""
        data = dict(sent) if sent is not None else None
        self._wire.call(method, self._below(path), data, is_repeatable=True)

    def _below(self, path: str) -> str:
        return f"/api/v1/stores/{quote(self.id, safe='')}{path}"


def whole(found: dict[str, Any], *needed: str) -> dict[str, Any]:
    """An answer that has the fields that are needed. Raises Unavailable."""
    if absent := [name for name in needed if not isinstance(found.get(name), str)]:
        raise base.Unavailable(f"{COMPANY} answered without {', '.join(absent)}")
    return found


def web_address(text: str) -> str:
    """A link a browser may be sent to. Raises Unavailable: a server could make up any."""
    if not text.startswith(("https://", "http://")):
        raise base.Unavailable(f"{COMPANY} answered with a link that is none")
    return text


def _refused(reply: Reply) -> base.GatewayError:
    """Errors are {"code": …, "message": …}, and a list of {"path": …, "message": …} for 422."""
    wrong = [f"{one.get('path')}: {one.get('message')}" for one in reply.items]
    said = "; ".join(wrong) or reply.data.get("message")
    reason = str(said or f"{COMPANY} answered {reply.status}")[:300]
    return base.Missing(reason) if reply.status == 404 else Refused(reason)
