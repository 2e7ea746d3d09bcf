"""A shop that pays through Ifthenpay, and the customer, the company and the clock around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from app.extensions import reading, transaction
from app.models import InboundEndpoint, Payment
from app.services import credentials, event_endpoints
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.ifthenpay import KEY
from tests.fakes.ifthenpay import IfthenpayFake, Made

__all__ = ["IfthenpayShop", "open_shop"]


@dataclass
class IfthenpayShop(world.Shop):
    """A shop, Ifthenpay, and the wire between them."""

    company: IfthenpayFake = None

    @property
    def own(self) -> Scope:
        return Scope("organization", self.org_id)

    def connect(self, **changes: str) -> None:
        """Save every key; `changes` replace some, or leave them out with an empty one."""
        account = self.company.account
        values = {
            "antiPhishingKey": KEY,
            "mbKey": account.mb,
            "mbwayKey": account.mbway,
            "ccKey": account.card,
            "backofficeKey": account.backoffice,
            **changes,
        }
        with self.inside(), transaction():
            credentials.save("ifthenpay", self.own, values, actor="test")

    def register(self) -> str:
        """Press the button that registers our address."""
        with self.inside():
            return event_endpoints.mend("ifthenpay", self.own, actor="ada@example.com").state

    def register_by_hand(self) -> None:
        """Type the address into their backoffice, as who has no backoffice key here."""
        from app.adapters.gateways.ifthenpay.endpoints import template

        with self.inside(), reading() as session:
            url = session.scalars(select(InboundEndpoint)).one().registered_url
        account = self.company.account
        for key, method in (
            (account.mb, "MB"),
            (account.mbway, "MBWAY"),
            (account.card, "CCARD"),
        ):
            self.company.callbacks[key] = (template(url, method), KEY)
        self.company.callbacks[account.sub_entity] = (template(url, "MB", account.entity), KEY)

    def begin(self, method: str, amount: Any = 20, **fields: Any) -> dict[str, Any]:
        """An order for which the customer chose a method."""
        order = self.order(amount, currency="EUR", **fields)
        answers = {"phone": "912 345 678"} if method == "mbway" else {}
        response = self.choose(order, method, **answers)
        assert response.status_code == 303, response.text[-500:]
        order["location"] = response.location
        return order

    def payment(self, order: dict[str, Any]) -> Payment:
        """The order's last payment, as it is stored."""
        with self.inside(), reading() as session:
            return session.scalars(
                select(Payment)
                .where(Payment.order_id == order["orderId"])
                .order_by(Payment.id.desc())
            ).first()

    def made(self, order: dict[str, Any]) -> Made:
        """What Ifthenpay has of the order's last payment."""
        return self.company.find(self.payment(order).reference)

    def called(self, made: Made, status: str = "PAGO", minor: int | None = None):
        """Ifthenpay calls us, and we do what follows; the response."""
        address = urlsplit(self.company.callback(made, status, minor))
        response = self.app.test_client().get(f"{address.path}?{address.query}")
        world.run_tasks(self.app)
        return response

    def page(self, order: dict[str, Any]) -> str:
        return self.app.test_client().get(f"/checkout/o/{order['token']}").text

    def come_back(self, order: dict[str, Any], query: str = ""):
        return self.app.test_client().get(f"/checkout/o/{order['token']}/return?{query}")


def open_shop(
    app: Any, company: IfthenpayFake, webhook_url: str | None = None, **keys: str
) -> IfthenpayShop:
    """The shop with every key saved, or those that `keys` leave, and nothing registered."""
    opened = world.open_shop(app, gateway="ifthenpay", webhook_url=webhook_url, org="Acme")
    shop = IfthenpayShop(**{**opened.__dict__, "company": company})
    shop.connect(**keys)
    return shop
