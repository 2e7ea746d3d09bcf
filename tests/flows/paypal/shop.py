"""A shop that pays through PayPal, and the fake that stands for PayPal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.extensions import reading, transaction
from app.models import InboundEndpoint, TimelineEntry
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.fakes.paypal import PayPalFake

__all__ = ["CAPTURE", "VALUES", "PayPalShop", "connect", "open_shop", "running"]

CAPTURE = "POST /v2/checkout/orders/*/capture$"
VALUES = {
    "clientId": CLIENT_ID,
    "clientSecret": SECRET,
    "webhookId": WEBHOOK_ID,
    "environment": "sandbox",
}


@dataclass
class PayPalShop(world.Shop):
    """A shop, PayPal, and the wire between them."""

    paypal: PayPalFake = None
    hook: str = ""

    def send(self, order: dict[str, Any], method: str = "paypal") -> str:
        """The customer chooses a method and is at PayPal; the id of the order there."""
        response = self.choose(order, method)
        assert response.status_code == 303
        made = self.paypal.all_orders()[-1]["id"]
        assert response.location == f"{self.paypal.url}/checkoutnow?token={made}"
        return made

    def tell(self, event: Any, webhook_id: str = WEBHOOK_ID, **how: str):
        """PayPal calls us about an event; the response."""
        body, headers = self.paypal.sign(event, webhook_id, **how)
        return self.app.test_client().post(self.hook, data=body, headers=headers)

    def tell_all(self) -> None:
        """PayPal calls us about everything so far, and we do what follows."""
        for event in list(self.paypal.world.events):
            assert self.tell(event).status_code == 200
        world.run_tasks(self.app)

    def pay_at_paypal(self, amount: Any = "20.00", **fields: Any) -> tuple[dict[str, Any], str]:
        """An order that its customer paid and came back from, and PayPal's id of it."""
        order = self.order(amount, **fields)
        made = self.send(order)
        self.paypal.approve(made)
        self.come_back(order)
        assert self.see(order)["status"] == "paid"
        return order, made

    def captures(self) -> int:
        """How often PayPal was asked to take money."""
        return len(self.paypal.calls("POST", "/v2/checkout/orders/*/capture"))

    def notes(self) -> list[str]:
        """What gateways remarked on the orders' timelines."""
        with self.inside(), reading() as session:
            return [str(one.data.get("note")) for one in session.scalars(select(TimelineEntry))]


@contextmanager
def running() -> Iterator[PayPalFake]:
    """PayPal, with one app and a webhook that was made by hand."""
    with PayPalFake() as fake:
        fake.app(CLIENT_ID, SECRET)
        fake.register(CLIENT_ID, WEBHOOK_ID)
        yield fake


def connect(shop: world.Shop, removed: tuple[str, ...] = (), **values: str) -> None:
    """Save PayPal credentials for a shop's organization."""
    with shop.inside(), transaction():
        scope = Scope("organization", shop.org_id)
        credentials.save("paypal", scope, {**VALUES, **values}, removed=removed, actor="test")


def open_shop(app: Flask, paypal: PayPalFake, **options: Any) -> PayPalShop:
    """A shop that pays through this PayPal."""
    opened = world.open_shop(app, gateway="paypal", **options)
    connect(opened)
    shop = PayPalShop(**{**opened.__dict__, "paypal": paypal})
    with shop.inside(), reading() as session:
        token = session.scalars(select(InboundEndpoint)).one().token
    shop.hook = f"/api/webhooks/paypal/{token}"
    return shop
