"""Stripe's webhook endpoints (https://docs.stripe.com/api/webhook_endpoints).

Their secret is in the answer to the creation alone; the version of events cannot be changed later.
"""

from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe.client import API_VERSION, translated
from app.adapters.gateways.stripe.events import EVENTS

__all__ = ["StripeEndpoints"]

_EVENTS: Any = list(EVENTS)


class StripeEndpoints:
    """The endpoints of one account; restricted keys need the right to write them."""

    can_look = True

    def __init__(self, client: stripe.StripeClient) -> None:
        self.client = client

    def find(self, url: str) -> base.EndpointState | None:
        found = self._of(url)
        return _state(max(found, key=lambda one: int(one["created"]))) if found else None

    def create(self, url: str) -> base.CreatedEndpoint:
        with translated():
            made = self.client.v1.webhook_endpoints.create(
                {
                    "url": url,
                    "enabled_events": _EVENTS,
                    "api_version": API_VERSION,  # type: ignore[typeddict-item]
                    "description": "Gatehouse",
                }
            )
        return base.CreatedEndpoint(made.id, made.secret or "")

    def repair(self, endpoint_id: str) -> None:
        with translated():
            self.client.v1.webhook_endpoints.update(
                endpoint_id, {"enabled_events": _EVENTS, "disabled": False}
            )

    def delete(self, endpoint_id: str) -> None:
        try:
            with translated():
                self.client.v1.webhook_endpoints.delete(endpoint_id)
        except base.Missing:
            pass

    def keep_only(self, url: str, endpoint_id: str) -> None:
        for one in self._of(url):
            if one["id"] != endpoint_id:
                self.delete(one["id"])

    def _of(self, url: str) -> list[dict[str, Any]]:
        with translated():
            listed = self.client.v1.webhook_endpoints.list({"limit": 100})
            return [one.to_dict() for one in listed.auto_paging_iter() if one.url == url]


def _state(found: dict[str, Any]) -> base.EndpointState:
    told = set(found["enabled_events"])
    missing = () if "*" in told else tuple(one for one in EVENTS if one not in told)
    return base.EndpointState(found["id"], found["url"], found["status"] == "enabled", missing)
