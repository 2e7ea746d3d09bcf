"""The main job, through the built-in gateway: asked, paid, told."""

from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook

from tests import world


def receiver(httpserver: HTTPServer) -> str:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return httpserver.url_for("/hook")


def test_a_provider_asks_a_customer_pays_the_provider_is_told(app, httpserver):
    shop = world.open_shop(app, webhook_url=receiver(httpserver))
    order = shop.order(19.99, itemName="Premium Credits", externalId="A-1")

    shop.pay(order)

    assert shop.see(order)["status"] == "paid"
    (request, _), *others = httpserver.log
    assert not others
    assert request.headers["X-DZTech-Webhook"] == "payment-notification"
    told = Webhook(shop.webhook_secret).verify(request.data, dict(request.headers))
    assert told["event"] == "payment_succeeded"
    assert (told["orderId"], told["externalId"], told["amount"], told["status"]) == (
        order["orderId"],
        "A-1",
        19.99,
        "paid",
    )


def test_a_declined_payment_fails_the_order_and_a_second_try_pays_it(app, httpserver):
    shop = world.open_shop(app, webhook_url=receiver(httpserver))
    order = shop.order(5)
    shop.choose(order, "test")
    shop.press(order, "decline")
    world.run_tasks(app)
    assert shop.see(order)["status"] == "failed"

    shop.pay(order)

    seen = shop.see(order)
    assert seen["status"] == "paid"
    assert [one["status"] for one in seen["payments"]] == ["failed", "succeeded"]
    events = [request.json["event"] for request, _ in httpserver.log]
    assert events == ["payment_failed", "payment_succeeded"]
    assert [request.json["sequence"] for request, _ in httpserver.log] == [1, 2]


def test_parts_are_refunded_until_nothing_is_left(app, shop):
    order = shop.order(100)
    shop.pay(order)

    assert shop.refund(order, 30).json["status"] == "succeeded"
    world.run_tasks(app)
    assert shop.see(order)["status"] == "partially_refunded"
    assert shop.refund(order, 71).status_code == 409
    assert shop.refund(order).json["amount"] == 70
    world.run_tasks(app)

    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 100)
