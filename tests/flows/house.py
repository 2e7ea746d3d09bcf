"""A shop on one way to pay, with the company behind it: what the suite over all gateways plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit.tokens import new_token
from app.models import InboundEndpoint, Payment
from app.registry import gateway
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs import Rig

__all__ = ["House", "connect", "open_house"]


@dataclass
class House:
    """One shop, one rig."""

    shop: world.Shop
    rig: Rig

    @property
    def app(self):
        return self.shop.app

    def order(self, **fields: Any) -> dict[str, Any]:
        return self.shop.order(20, currency=self.rig.currency, **fields)

    def insisted(self, times: int) -> dict[str, Any]:
        """An order whose provider repeats the call, with one key, until it is answered."""
        key = new_token()
        for _ in range(times):
            made = self.shop.create(20, currency=self.rig.currency, idempotency_key=key)
            if made.status_code == 200:
                return {**made.json, "token": made.json["checkoutUrl"].rsplit("/", 1)[1]}
            assert made.status_code == 502, made.text
        raise AssertionError("the API never answered")

    def choose(self, order: dict[str, Any]):
        return self.shop.choose(order, self.rig.method, **self.rig.answers)

    def started(self, **fields: Any) -> dict[str, Any]:
        """An order whose customer has chosen and sees how to pay."""
        order = self.order(**fields)
        assert self.choose(order).status_code == 303
        return order

    def paid(self) -> dict[str, Any]:
        order = self.started()
        self.rig.pay(self.ref(order))
        self.tell(order)
        assert self.status(order) == "paid"
        return order

    def payments(self, order: dict[str, Any]) -> list[Payment]:
        with self.shop.inside(), reading() as session:
            query = select(Payment).where(Payment.order_id == order["orderId"])
            return list(session.scalars(query.order_by(Payment.id)))

    def ref(self, order: dict[str, Any]) -> str:
        return self.payments(order)[-1].gateway_ref

    def status(self, order: dict[str, Any]) -> str:
        return self.shop.see(order)["status"]

    @property
    def address(self) -> str:
        """The absolute address that the company calls."""
        with self.shop.inside(), reading() as session:
            query = select(InboundEndpoint).where(InboundEndpoint.gateway == self.rig.service)
            return session.scalars(query).one().registered_url

    @property
    def is_called(self) -> bool:
        """False for the built-in gateway, which tells itself."""
        return self.rig.fake is not None

    def send(self, call: base.InboundCall, address: str | None = None):
        """One call at our door; the response."""
        address = address or self.address
        path = "/" + address.split("/", 3)[3]
        if call.query:
            path += "?" + urlencode(call.query, errors="surrogatepass")
        method = gateway(self.rig.service).calls_by
        return self.app.test_client().open(
            path, method=method, data=call.body or None, headers=dict(call.headers)
        )

    def tell(self, order: dict[str, Any], times: int = 1) -> None:
        """The company calls about how the payment stands, and what follows is done."""
        if self.is_called:
            for _ in range(times):
                answer = self.send(self.rig.news(self.ref(order), self.address))
                assert answer.status_code == 200, answer.text
        world.run_tasks(self.app)


def open_house(rig: Rig, make_app: Any, webhook_url: str, *, org: str = "Acme") -> House:
    """A shop whose merchant has typed the rig's credentials."""
    if rig.fake is None:
        return House(rig.shop, rig)
    app = make_app(**rig.environ())
    shop = world.open_shop(app, gateway=rig.service, webhook_url=webhook_url, org=org)
    connect(shop, rig)
    return House(shop, rig)


def connect(shop: world.Shop, rig: Rig) -> None:
    """Save the rig's credentials for a shop's organization."""
    scope = Scope("organization", shop.org_id)
    with shop.inside(), transaction():
        credentials.save(rig.service, scope, rig.values(), actor="test")
