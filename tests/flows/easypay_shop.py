"""A shop that pays through Easypay, and the fake that stands for Easypay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.extensions import transaction
from app.services import credentials, event_endpoints, inbound_endpoints
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY
from tests.fakes.easypay import EasypayFake
from tests.fakes.easypay_books import Single

__all__ = ["EasypayShop", "easypay_shop", "open_easypay_shop"]


@dataclass
class EasypayShop(world.Shop):
    """A shop, Easypay, and the wire between them."""

    easypay: EasypayFake = None

    @property
    def scope(self) -> Scope:
        return Scope("organization", self.org_id)

    @property
    def hook(self) -> str:
        """Our address at Easypay."""
        with self.inside():
            return inbound_endpoints.of_scope("easypay", self.scope)

    def mend(self) -> str:
        with self.inside():
            return event_endpoints.mend("easypay", self.scope, actor="ada@example.com").state

    def bill(self, **fields: Any) -> dict[str, Any]:
        return self.order(fields.pop("amount", 20), currency="EUR", **fields)

    def start(self, method: str, **fields: Any) -> tuple[dict[str, Any], Single]:
        """An order whose customer chose a method, and what Easypay made of it."""
        order = self.bill(**fields)
        typed = {"phone": "912 345 678"} if method == "mbway" else {}
        assert self.choose(order, method, **typed).status_code == 303
        return order, self.easypay.singles()[-1]

    def page(self, order: dict[str, Any], **query: str) -> str:
        return self.app.test_client().get(f"/checkout/o/{order['token']}", query_string=query).text

    def post_hook(self, told: Any, url: str | None = None):
        """Somebody calls our address."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        path = urlsplit(url or self.hook).path
        return self.app.test_client().post(path, data=body, content_type="application/json")

    def deliver(self) -> None:
        """Easypay's notifications arrive where they are for, and we do what follows."""
        while self.easypay.outbox:
            notice = self.easypay.outbox.pop(0)
            assert self.post_hook(notice.body, notice.url).status_code == 200
        world.run_tasks(self.app)


def open_easypay_shop(app, fake: EasypayFake, org: str = "Acme", **options: Any) -> EasypayShop:
    shop = world.open_shop(app, gateway="easypay", org=org, **options)
    values = {"accountId": ACCOUNT, "apiKey": KEY, "baseUrl": "sandbox"}
    with shop.inside(), transaction():
        credentials.save("easypay", Scope("organization", shop.org_id), values, actor="test")
    return EasypayShop(**{**shop.__dict__, "easypay": fake})


@pytest.fixture
def easypay_shop(make_app, httpserver) -> Iterator[EasypayShop]:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    with EasypayFake() as fake:
        fake.account(ACCOUNT, KEY)
        app = make_app(EASYPAY_API_BASE=fake.api)
        shop = open_easypay_shop(app, fake, webhook_url=httpserver.url_for("/hook"))
        assert shop.mend() == "fine"
        yield shop
