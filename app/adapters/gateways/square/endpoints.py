"""Square's webhook subscriptions
(https://developer.squareup.com/reference/square/webhook-subscriptions-api).

They belong to the application: its own access token may write them, a token by OAuth may not.
Their signature key can be read at any time.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.square.client import VERSION, part
from app.adapters.gateways.square.events import EVENTS
from app.adapters.gateways.wire import Wire
from app.kit.tokens import new_token

__all__ = ["SquareEndpoints"]

PATH = "/v2/webhooks/subscriptions"
PAGES = 20  # of a hundred subscriptions each


class SquareEndpoints:
    """The subscriptions of one application, and the key that is stored here for ours."""

    can_look = True

    def __init__(self, wire: Wire, keys: Sequence[str]) -> None:
        self.wire = wire
        self.keys = keys

    def find(self, url: str) -> base.EndpointState | None:
        found = self._newest(url)
        if found is None:
            return None
        told = set(found.get("event_types") or ())
        return base.EndpointState(
            found["id"],
            found["notification_url"],
            bool(found.get("enabled")),
            tuple(one for one in EVENTS if one not in told),
            has_stored_secret=self._key(found) in {"", *self.keys},
        )

    def create(self, url: str) -> base.CreatedEndpoint:
        """Register an address. One that is registered is put right and kept, with its key: so
        nobody else who verifies by it loses theirs."""
        found = self._newest(url)
        if found:
            self.repair(found["id"])
            return base.CreatedEndpoint(found["id"], self._key(found))
        sent = {
            # New each time: an old one would bring back a subscription that was deleted since.
            "idempotency_key": new_token(),
            "subscription": {
                "name": "Gatehouse",
                "enabled": True,
                "event_types": list(EVENTS),
                "notification_url": url,
                "api_version": VERSION,
            },
        }
        made = part(self.wire.post(PATH, sent, is_repeatable=True), "subscription")
        return base.CreatedEndpoint(made["id"], self._key(made))

    def repair(self, endpoint_id: str) -> None:
        sent = {"subscription": {"enabled": True, "event_types": list(EVENTS)}}
        self.wire.call("PUT", _path(endpoint_id), sent, is_repeatable=True)

    def delete(self, endpoint_id: str) -> None:
        with suppress(base.Missing):
            self.wire.call("DELETE", _path(endpoint_id), is_repeatable=True)

    def keep_only(self, url: str, endpoint_id: str) -> None:
        for one in list(self._of(url)):
            if one["id"] != endpoint_id:
                self.delete(one["id"])

    def _newest(self, url: str) -> dict[str, Any] | None:
        return max(self._of(url), key=lambda one: str(one.get("created_at")), default=None)

    def _of(self, url: str) -> Iterator[dict[str, Any]]:
        # Disabled ones are left out unless they are asked for.
        query = {"include_disabled": "true", "limit": "100"}
        for _ in range(PAGES):
            page = self.wire.get(PATH, query).data
            for one in page.get("subscriptions") or ():
                if one.get("notification_url") == url:
                    yield one
            if not page.get("cursor"):
                return
            query["cursor"] = page["cursor"]

    def _key(self, found: dict[str, Any]) -> str:
        """The signature key, which a list may leave out."""
        if not found.get("signature_key"):
            found = part(self.wire.get(_path(found["id"])), "subscription")
        return str(found.get("signature_key") or "")


def _path(endpoint_id: str) -> str:
    return f"{PATH}/{quote(endpoint_id, safe='')}"
