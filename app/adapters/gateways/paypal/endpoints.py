"""PayPal's webhooks (https://developer.paypal.com/docs/api/webhooks/v1/).

They have no secret: a call is verified for the id of the webhook it was sent to. An app has at most
one webhook for an address, and at most ten in all.
"""

from contextlib import suppress
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal.client import Client
from app.adapters.gateways.paypal.events import EVENTS

__all__ = ["PayPalEndpoints"]

PATH = "/v1/notifications/webhooks"


class PayPalEndpoints:
    """The webhooks of one app; `webhook_id` is the one that its calls are verified for."""

    can_look = True

    def __init__(self, client: Client, webhook_id: str) -> None:
        self.client = client
        self.webhook_id = webhook_id

    def find(self, url: str) -> base.EndpointState | None:
        """The registration of this address. One with another id than we have is none of ours:
        its calls could not be verified."""
        found = self._of(url)
        if self.webhook_id:
            found = [one for one in found if one["id"] == self.webhook_id]
        return self._state(found[0]) if found else None

    def create(self, url: str) -> base.CreatedEndpoint:
        """Register the address, or take over its registration: its id can be read again."""
        if not url.startswith("https://"):
            raise base.Impossible("PayPal calls https addresses only; PUBLIC_BASE_URL is not one")
        if taken := self._take_over(url):
            return taken
        data = {"url": url, "event_types": [{"name": one} for one in self._wanted()]}
        made = self.client.call("POST", PATH, data).data
        if not isinstance(made.get("id"), str):
            raise base.Unavailable("PayPal answered without the webhook's id")
        return base.CreatedEndpoint(made["id"], made["id"])

    def repair(self, endpoint_id: str) -> None:
        names = [{"name": one} for one in self._wanted()]
        change = [{"op": "replace", "path": "/event_types", "value": names}]
        self.client.call("PATCH", f"{PATH}/{endpoint_id}", change, is_repeatable=True)

    def delete(self, endpoint_id: str) -> None:
        with suppress(base.Missing):
            self.client.call("DELETE", f"{PATH}/{endpoint_id}", is_repeatable=True)

    def keep_only(self, url: str, endpoint_id: str) -> None:
        for one in self._of(url):
            if one["id"] != endpoint_id:
                self.delete(one["id"])

    def _take_over(self, url: str) -> base.CreatedEndpoint | None:
        for one in self._of(url):
            if self._state(one).missing:
                self.repair(one["id"])
            return base.CreatedEndpoint(one["id"], one["id"])
        return None

    def _of(self, url: str) -> list[dict[str, Any]]:
        listed = self.client.get(PATH).data.get("webhooks")
        if not isinstance(listed, list):
            raise base.Unavailable("PayPal answered without its webhooks")
        return [one for one in listed if one.get("url") == url and one.get("id")]

    def _state(self, found: dict[str, Any]) -> base.EndpointState:
        told = {one.get("name") for one in found.get("event_types", [])}
        missing = () if "*" in told else tuple(one for one in self._wanted() if one not in told)
        return base.EndpointState(found["id"], found["url"], is_enabled=True, missing=missing)

    def _wanted(self) -> list[str]:
        """The events we need, by the names this account's PayPal knows: an unknown one would be
        refused with the whole registration."""
        listed = self.client.get(f"{PATH}-event-types").data.get("event_types")
        if not isinstance(listed, list):
            raise base.Unavailable("PayPal answered without its events")
        known = {one.get("name") for one in listed}
        return [one for one in EVENTS if one in known]
