"""A gateway is one adapter and one catalogue entry: nothing else needs to know its name."""

import sys
import types

import pytest

import app.registry as registry
from app.adapters.gateways import actions, base
from app.registry.spec import Field, GatewaySpec, Method, Spec
from tests import world

PAID: set[str] = set()


class ToyGateway(base.Plain):
    """Money by pigeon."""

    name = "toy"
    test_mode = True
    methods = ("pigeon",)

    def __init__(self, credentials):
        self.key = credentials["key"]

    def create_payment(self, request):
        return base.Created(f"toy-{request.payment_id}", action=actions.Wait("A pigeon is coming"))

    find_payment = create_payment

    def retrieve_payment(self, gateway_ref):
        if gateway_ref in PAID:
            return base.Snapshot("succeeded", paid_minor=700, currency="EUR", test_mode=True)
        return base.Snapshot("pending")

    def cancel_payment(self, gateway_ref):
        return base.Snapshot("cancelled")


@pytest.fixture
def toy(monkeypatch):
    module = types.ModuleType("app.adapters.gateways.toy")
    module.ToyGateway = ToyGateway
    monkeypatch.setitem(sys.modules, "app.adapters.gateways.toy", module)
    spec = Spec(
        "toy",
        "Toy",
        "Payments",
        (Field("key", "Key", ("TOY_KEY",), "secret", required=True),),
        GatewaySpec("toy:ToyGateway", "Toy", (Method("pigeon", "Pigeon"),), creates_at="pay"),
    )
    monkeypatch.setitem(registry.SERVICES, "toy", spec)


def test_a_toy_gateway_takes_a_payment(toy, make_app):
    app = make_app(TOY_KEY="coo")
    shop = world.open_shop(app, gateway="toy")
    order = shop.order("7.00", currency="EUR")
    assert (order["gateway"], order["testMode"]) == ("toy", True)

    assert shop.choose(order, "pigeon").status_code == 303
    payment = shop.see(order)["payments"][0]
    assert payment["status"] == "pending"
    PAID.add(payment["gatewayPaymentId"])
    shop.come_back(order)

    assert shop.see(order)["status"] == "paid"


def test_a_toy_gateway_is_listed(toy, make_app):
    listed = make_app().test_client().get("/api/payment-gateways").json["gateways"]
    entry = next(one for one in listed if one["name"] == "toy")
    assert (entry["supportedMethods"], entry["isActive"], entry["isConfigured"]) == (
        ["pigeon"],
        True,
        False,
    )
