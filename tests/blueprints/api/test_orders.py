"""Looking at one order and cancelling it: one's own, and nobody else's."""

import pytest

from tests import world
from tests.blueprints.api.conftest import is_refused, rows

PAGES = ["GET /api/orders/{}", "POST /api/orders/{}/cancel", "POST /api/orders/{}/refunds"]


def is_missing(response, what="order"):
    is_refused(response, 404, f"No such {what}", "not_found")


def call(shop, page, order_id):
    method, _, path = page.partition(" ")
    path = path.format(order_id)
    return shop.get(path) if method == "GET" else shop.post(path)


def test_an_order_is_shown_with_everything_about_it(shop):
    made = shop.order(
        19.99,
        itemName="Credits",
        itemDescription="A hundred of them",
        externalId="A-1",
        metadata={"cart": "7"},
    )
    seen = shop.see(made)
    assert {name: seen[name] for name in ("orderId", "checkoutUrl", "expiresAt", "currency")} == {
        name: made[name] for name in ("orderId", "checkoutUrl", "expiresAt", "currency")
    }
    assert (seen["itemName"], seen["itemDescription"]) == ("Credits", "A hundred of them")
    assert (seen["externalId"], seen["metadata"]) == ("A-1", {"cart": "7"})
    assert (seen["status"], seen["attention"], seen["paidAt"]) == ("pending", None, None)
    assert (seen["amount"], seen["refundedAmount"], seen["escrow"]) == (19.99, 0, None)
    (payment,) = seen["payments"]
    assert (payment["status"], payment["gateway"], payment["amount"]) == (
        "pending",
        "sandbox",
        19.99,
    )
    assert seen["refunds"] == []


def test_a_paid_and_refunded_order_shows_both(shop):
    order = shop.order(20)
    shop.pay(order)
    refund = shop.refund(order, 5).json
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 5)
    assert seen["refunds"] == [refund]
    (payment,) = seen["payments"]
    assert (payment["status"], payment["refundedAmount"]) == ("succeeded", 5)
    assert payment["duplicate"] is False
    assert payment["paidAt"] == seen["paidAt"] is not None


def test_sync_asks_the_gateway_first(shop):
    order = shop.order(5, metadata={"scenario": "lost_webhook"})
    shop.choose(order, "test")
    shop.press(order, "pay")
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "pending"
    assert shop.see(order, sync=True)["status"] == "paid"
    assert shop.see(order)["status"] == "paid"


@pytest.mark.parametrize("sync", ["", "2", "yes", "%00"])
def test_sync_is_one_or_nought(house, sync):
    is_refused(
        house.shop.get(f"/api/orders/ord_1?sync={sync}"),
        400,
        'Invalid field: "sync"',
        "invalid_field",
        field="sync",
    )


def test_sync_says_when_the_gateway_does_not_answer(stripe_shop, stripe_fake):
    order = stripe_shop.order(5)
    stripe_fake.fail_next("GET /v1/payment_intents", 503, times=9)
    response = stripe_shop.get(f"/api/orders/{order['orderId']}?sync=1")
    is_refused(
        response,
        502,
        "Payment gateway unavailable",
        "gateway_unavailable",
        orderId=order["orderId"],
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("order_id", ["ord_1", "x", "0", "%00", "ord_%00", "%ff", "%F0%9F%92%B3"])
def test_an_id_of_nothing_is_missing(house, page, order_id):
    is_missing(call(house.shop, page, order_id))


@pytest.mark.parametrize("page", PAGES)
def test_another_providers_order_is_missing(app, shop, page):
    sister = world.open_shop(app, name="GBPay")
    stranger = world.open_shop(app, org="Globex")
    paid = shop.order(5)
    shop.pay(paid)
    for order in (paid, shop.order(6)):
        for other in (sister, stranger):
            is_missing(call(other, page, order["orderId"]))
    assert [one["status"] for one in shop.get("/api/orders").json["orders"]] == ["pending", "paid"]
    assert rows(app)["Refund"] == 0


def test_nothing_of_others_is_listed(app, shop):
    sister = world.open_shop(app, name="GBPay")
    stranger = world.open_shop(app, org="Globex")
    shop.order(5, externalId="same")
    for other in (sister, stranger):
        assert other.get("/api/orders").json == {"orders": [], "nextCursor": None}
        assert other.get("/api/orders?externalId=same").json["orders"] == []


def test_an_unpaid_order_is_cancelled_at_the_gateway_too(stripe_shop, stripe_fake):
    order = stripe_shop.order(5)
    response = stripe_shop.cancel(order)
    assert (response.status_code, response.json["status"]) == (200, "cancelled")
    assert stripe_fake.payment_intents()[0]["status"] == "canceled"


def test_cancelling_twice_is_fine_and_needs_no_body(shop):
    order = shop.order(5)
    path = f"/api/orders/{order['orderId']}/cancel"
    headers = {"Authorization": f"Bearer {shop.key}"}
    for _ in range(2):
        response = shop.app.test_client().post(path, headers=headers)
        assert (response.status_code, response.json["status"]) == (200, "cancelled")
    assert shop.app.test_client().post(path, json={"apiKey": shop.key}).status_code == 200


@pytest.mark.parametrize("refunded", [None, 2, 5])
def test_a_paid_order_is_not_cancelled(shop, refunded):
    order = shop.order(5)
    shop.pay(order)
    if refunded:
        shop.refund(order, refunded)
    status = shop.see(order)["status"]
    is_refused(
        shop.cancel(order), 409, f"Order is {status} and cannot be cancelled", "invalid_state"
    )
    assert shop.see(order)["status"] == status


def test_an_order_that_was_paid_a_moment_ago_is_not_cancelled(shop):
    order = shop.order(5, metadata={"scenario": "lost_webhook"})
    shop.choose(order, "test")
    shop.press(order, "pay")  # nobody has told us yet
    is_refused(shop.cancel(order), 409, "Order is paid and cannot be cancelled", "invalid_state")
    assert shop.see(order)["status"] == "paid"


def test_an_order_stays_while_the_gateway_does_not_say_whether_it_was_paid(
    stripe_shop, stripe_fake
):
    order = stripe_shop.order(5)
    stripe_fake.fail_next("POST /v1/payment_intents/*/cancel", 503, times=9)
    response = stripe_shop.cancel(order)
    assert (response.status_code, response.json["code"]) == (502, "gateway_unavailable")
    assert stripe_shop.see(order)["status"] == "pending"
