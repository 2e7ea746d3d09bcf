"""A gateway is one adapter and one catalogue entry: nothing else needs to know its name."""

from tests import world


def test_a_toy_gateway_takes_a_payment(toy, make_app):
    app = make_app(TOY_KEY="coo")
    shop = world.open_shop(app, gateway="toy")
    order = shop.order("7.00", currency="EUR")
    assert (order["gateway"], order["testMode"]) == ("toy", True)

    assert shop.choose(order, "pigeon").status_code == 303
    payment = shop.see(order)["payments"][0]
    assert payment["status"] == "pending"
    toy.paid[payment["gatewayPaymentId"]] = 700
    shop.come_back(order)

    assert shop.see(order)["status"] == "paid"


def test_a_toy_gateway_is_listed(toy, make_app):
    listed = make_app().test_client().get("/api/payment-gateways").json["gateways"]
    entry = next(one for one in listed if one["name"] == "toy")
    assert (entry["supportedMethods"], entry["isActive"], entry["isConfigured"]) == (
        ["pigeon", "dove", "stork", "owl"],
        True,
        False,
    )
