"""BTCPay's webhooks (Greenfield API, Webhooks). Their secret is ours: we make it, and tell it."""

import secrets
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.crypto.btcpay.calls import EVENTS
from app.adapters.gateways.crypto.btcpay.server import Store, whole

__all__ = ["BtcPayEndpoints"]


class BtcPayEndpoints:
    """The webhooks of one store; the key needs btcpay.store.webhooks.canmodifywebhooks."""

    can_look = True

    def __init__(self, store: Store) -> None:
        self.store = store

    def find(self, url: str) -> base.EndpointState | None:
        states = [_state(one) for one in self._of(url)]
        # Of several the one that is most nearly right; the others go when it is mended.
        return min(states, key=lambda one: (not one.is_enabled, len(one.missing)), default=None)

    def create(self, url: str) -> base.CreatedEndpoint:
        secret = secrets.token_urlsafe(32)
        made = self.store.make("/webhooks", {**_wanted(url), "secret": secret}, "id")
        return base.CreatedEndpoint(made["id"], secret)

    def repair(self, endpoint_id: str) -> None:
        path = _path(endpoint_id)
        found = whole(self.store.look(path).data, "url")
        self.store.change("PUT", path, _wanted(found["url"]))

    def delete(self, endpoint_id: str) -> None:
        with suppress(base.Missing):
            self.store.change("DELETE", _path(endpoint_id))

    def keep_only(self, url: str, endpoint_id: str) -> None:
        for one in self._of(url):
            if one["id"] != endpoint_id:
                self.delete(one["id"])

    def _of(self, url: str) -> list[dict[str, Any]]:
        listed = self.store.look("/webhooks").items
        return [whole(one, "id") for one in listed if one.get("url") == url]


def _wanted(url: str) -> dict[str, Any]:
    return {
        "url": url,
        "enabled": True,
        "automaticRedelivery": True,
        "authorizedEvents": {"everything": False, "specificEvents": list(EVENTS)},
    }


def _path(endpoint_id: str) -> str:
    return f"/webhooks/{quote(endpoint_id, safe='')}"


def _state(found: dict[str, Any]) -> base.EndpointState:
    told = found.get("authorizedEvents") or {}
    names = set(told.get("specificEvents") or ())
    missing = () if told.get("everything") else tuple(one for one in EVENTS if one not in names)
    return base.EndpointState(
        found["id"], str(found["url"]), bool(found.get("enabled", True)), missing
    )
