"""Where Easypay calls: one set of addresses for each account (`GET` and `PATCH /config`), so one
account serves one Gatehouse."""

from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.wire import Wire

__all__ = ["EasypayEndpoints", "config"]

GENERIC = "generic"  # told of everything; Easypay advises to use this one alone
RETURN = "visa_fwd"  # where customers come back to after a card's page
EXAMPLES = "https://www.easypay.pt/"  # what stands there while nobody has set anything


def config(wire: Wire) -> dict[str, Any]:
    """How the account is set up. Raises as `Wire.call`."""
    return wire.call("GET", "/config").data


class EasypayEndpoints:
    """The account's address for notifications, which is its own id."""

    can_look = True

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def find(self, url: str) -> base.EndpointState | None:
        found = config(self.wire)
        now = str(found.get(GENERIC) or "")
        if not now or now.startswith(EXAMPLES):
            return None
        missing = () if found.get(RETURN) == now else (RETURN,)
        return base.EndpointState(now, now, True, missing if now == url else ())

    def create(self, url: str) -> base.CreatedEndpoint:
        self.repair(url)
        return base.CreatedEndpoint(url)

    def repair(self, endpoint_id: str) -> None:
        self.wire.call("PATCH", "/config", {GENERIC: endpoint_id, RETURN: endpoint_id})

    def delete(self, endpoint_id: str) -> None:
        """Nobody else's address is taken away."""
        found = config(self.wire)
        ours = [name for name in (GENERIC, RETURN) if found.get(name) == endpoint_id]
        if ours:
            self.wire.call("PATCH", "/config", dict.fromkeys(ours, ""))

    def keep_only(self, url: str, endpoint_id: str) -> None:
        """There is never more than one."""
