"""Orders with something the matter, for the tests of what people do about it."""

import dataclasses
from contextlib import contextmanager

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.extensions import db, transaction
from app.models import Provider
from app.registry import services, spec
from app.services import orders
from tests import world


def late(shop, policy: str = "hold") -> str:
    """Paid after its deadline, under this policy of the provider; the order's id."""
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).late_policy = policy
    order = shop.order(20, metadata={"scenario": "late"})
    shop.pay(order)
    world.run_tasks(shop.app)
    return order["orderId"]


def mismatched(shop) -> str:
    """One minor unit less came than was asked for."""
    order = shop.order(20, metadata={"scenario": "wrong_amount"})
    shop.pay(order)
    return order["orderId"]


def unknown(shop) -> str:
    """The gateway took it and never answered."""
    response = shop.create(20, metadata={"scenario": "timeout_but_charged"})
    return response.json["orderId"]


def paid(shop) -> str:
    order = shop.order(20)
    shop.pay(order)
    return order["orderId"]


def see(shop, order_id: str):
    return shop.see({"orderId": order_id})


def says(shop, order_id: str, minor: int, **more) -> None:
    """The gateway says once more what came."""
    payment = see(shop, order_id)["payments"][0]["paymentId"]
    with shop.inside():
        snapshot = base.Snapshot(
            "succeeded", paid_minor=minor, currency="USD", test_mode=True, **more
        )
        orders.settle(payment, snapshot)


@contextmanager
def refunds_end(monkeypatch, error: Exception):
    """Every refund that the sandbox is asked for meanwhile ends like this."""

    def refuse(*_args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(SandboxGateway, "refund_payment", refuse)
        yield


def cannot_ask(monkeypatch, *, finds: bool = False) -> None:
    """The sandbox, as if nobody there could be asked about refunds."""
    known = spec("sandbox")
    changed = dataclasses.replace(known.gateway, finds_refunds=finds)
    monkeypatch.setitem(services(), "sandbox", dataclasses.replace(known, gateway=changed))
