"""A stateful PayPal on loopback that refuses what PayPal refuses.

Tests drive the code under test against ``PayPalFake().url``, play the customer with the methods
below, and count the money in the ledger. What it refuses about a body comes from PayPal's own
description; which issue names a reused request id is not in it, and from memory.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.fakes.paypal_api import PayPalApi
from tests.fakes.paypal_checks import written
from tests.fakes.paypal_webhooks import KNOWN, sign
from tests.fakes.paypal_world import App, Object, stamp

__all__ = ["PayPalFake"]


class PayPalFake(PayPalApi):
    """The fake as tests use it: ``with PayPalFake() as paypal: ...``."""

    def app(self, client_id: str, secret: str, *, lacks: Iterable[str] = (), **more: Any) -> App:
        """Make these credentials open an account; ``lacks`` takes rights away."""
        made = App(client_id, secret, lacks=frozenset(lacks), **more)
        self.world.apps[client_id] = made
        return made

    def revoke_tokens(self) -> None:
        """Every token given so far is refused from now on."""
        self.tokens.clear()

    # The customer

    def approve(self, order_id: str) -> None:
        """The customer agrees on PayPal's page. Raises CustomerCannot."""
        with self.world.lock:
            self.orders.approve(order_id)

    def refuse_capture(self, order_id: str, issue: str = "INSTRUMENT_DECLINED") -> None:
        """The capture of this order will be refused."""
        self.orders.declines[order_id] = issue

    def capture_as(self, order_id: str, status: str, reason: str = "") -> None:
        """The capture of this order will have this status."""
        self.orders.outcomes[order_id] = (status, reason)

    def settle_capture(self, order_id: str, status: str, reason: str = "") -> None:
        """A pending capture ends."""
        with self.world.lock:
            self.orders.settle(order_id, status, reason)

    def reverse_approval(self, order_id: str) -> None:
        """PayPal takes an approval back."""
        with self.world.lock:
            self.orders.reverse(order_id)

    def charge_instead(self, order_id: str, value: str, currency: str | None = None) -> None:
        """PayPal takes another amount than was asked for; the real one never does."""
        unit = self.world.orders[order_id].obj["purchase_units"][0]
        unit["amount"] = written(Decimal(value), currency or unit["amount"]["currency_code"])

    def pay_out_refunds(self) -> None:
        """Pending refunds are done."""
        with self.world.lock:
            for refund in list(self.world.refunds.values()):
                if refund.obj["status"] == "PENDING":
                    self.refunds.settle(refund.obj["id"], "COMPLETED")

    # The ledger

    def all_orders(self) -> list[Object]:
        """Every order, oldest first."""
        return [copy.deepcopy(one.obj) for one in self.world.orders.values()]

    def sent_of(self, order_id: str) -> Object:
        """What an order was made from."""
        return self.world.orders[order_id].hidden["sent"]

    def charges(self) -> list[Object]:
        """The captures that brought money, each with its order."""
        rows = list(self.world.captures.values())
        paid = [one for one in rows if one.obj["status"] not in {"PENDING", "DECLINED", "FAILED"}]
        return [{**copy.deepcopy(one.obj), "order": one.hidden["order"]} for one in paid]

    def all_refunds(self) -> list[Object]:
        """Every refund, oldest first."""
        return [copy.deepcopy(one.obj) for one in self.world.refunds.values()]

    # Webhooks

    def register(self, client_id: str, webhook_id: str, url: str = "https://pay.example/x") -> None:
        """A webhook that a person made in the dashboard."""
        self.webhooks.add(self.world.apps[client_id], webhook_id, url, list(KNOWN))

    def registered(self) -> list[Object]:
        """Every webhook."""
        return [copy.deepcopy(one.obj) for one in self.world.webhooks.values()]

    def sign(
        self, event: Object | bytes, webhook_id: str, at: str | None = None, by: str = "paypal"
    ) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a call; ``by`` another name signs with a stranger's key."""
        return sign(event, webhook_id, at, by)

    def last_event(self, order_id: str) -> Object | None:
        """The newest event about an order, its capture or its refunds."""
        about = {order_id}
        about |= {i for i, row in self.world.captures.items() if row.hidden["order"] == order_id}
        for event in reversed(self.world.events):
            thing = event["resource"]
            ups = [one["href"].rsplit("/", 1)[-1] for one in thing.get("links", [])]
            if about & {thing.get("id"), thing.get("order_id"), *ups}:
                return copy.deepcopy(event)
        return None

    def news_of(self, order_id: str) -> Object:
        """The newest event about an order; where there is none, that it was saved."""
        found = self.last_event(order_id)
        if found is None:
            resource = copy.deepcopy(self.world.orders[order_id].obj)
            found = {"id": f"WH-{order_id}", "event_type": "CHECKOUT.ORDER.SAVED"}
            found |= {"create_time": stamp(), "resource_type": "checkout-order"}
            found["resource"] = resource
        return found
