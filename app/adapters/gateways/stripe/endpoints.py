"""Stripe's webhook endpoints (https://docs.stripe.com/api/webhook_endpoints).

Their secret is in the answer to the creation alone; the version of events cannot be changed later.
An address may be registered twice: for the account's own events, and for those of the accounts that
are connected to it.
"""

from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe.client import API_VERSION, translated
from app.adapters.gateways.stripe.events import EVENTS, SELLER_EVENTS

__all__ = ["StripeEndpoints"]

_MARK = "sellers"


class StripeEndpoints:
    """The endpoints of one account; restricted keys need the right to write them."""

    can_look = True

    def __init__(self, client: stripe.StripeClient, *, of_sellers: bool = False) -> None:
        self.client, self.of_sellers = client, of_sellers
        self.events: Any = list(SELLER_EVENTS if of_sellers else EVENTS)

    def find(self, url: str) -> base.EndpointState | None:
        found = self._of(url)
        return self._state(max(found, key=lambda one: int(one["created"]))) if found else None

    def create(self, url: str) -> base.CreatedEndpoint:
        sent: Any = {
            "url": url,
            "enabled_events": self.events,
            "api_version": API_VERSION,
            "description": "Gatehouse",
        }
        if self.of_sellers:
            sent |= {"connect": True, "metadata": {"gatehouse": _MARK}}
        with translated():
            made = self.client.v1.webhook_endpoints.create(sent)
        return base.CreatedEndpoint(made.id, made.secret or "")

    def repair(self, endpoint_id: str) -> None:
        with translated():
            self.client.v1.webhook_endpoints.update(
                endpoint_id, {"enabled_events": self.events, "disabled": False}
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
            found = [one.to_dict() for one in listed.auto_paging_iter() if one.url == url]
        return [one for one in found if _is_of_sellers(one) is self.of_sellers]

    def _state(self, found: dict[str, Any]) -> base.EndpointState:
        told = set(found["enabled_events"])
        missing = () if "*" in told else tuple(one for one in self.events if one not in told)
        return base.EndpointState(found["id"], found["url"], found["status"] == "enabled", missing)


def _is_of_sellers(found: dict[str, Any]) -> bool:
    """Stripe does not show `connect` again: an application of Connect stands on such an endpoint,
    and a mark of ours on those that we made."""
    mark = (found.get("metadata") or {}).get("gatehouse")
    return bool(found.get("application")) or mark == _MARK
