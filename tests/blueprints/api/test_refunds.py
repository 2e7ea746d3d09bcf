"""Refunds through the API: what is given back, and what is refused."""

import pytest

from tests import world
from tests.blueprints.api.conftest import is_refused, rows

TOO_LARGE = "refund_too_large"


@pytest.fixture
def paid(shop):
    order = shop.order(100)
    shop.pay(order)
    return order


def test_a_refund_without_an_amount_gives_back_all_that_is_left(shop, paid):
    assert shop.refund(paid, 30).json["amount"] == 30
    path = f"/api/orders/{paid['orderId']}/refunds"
    headers = {"Authorization": f"Bearer {shop.key}"}
    response = shop.app.test_client().post(path, headers=headers)
    assert (response.status_code, response.json["amount"]) == (200, 70)
    assert shop.see(paid)["status"] == "refunded"


def test_a_refund_says_what_became_of_it(shop, paid):
    path = f"/api/orders/{paid['orderId']}/refunds"
    answer = shop.post(path, {"amount": "19.99", "reason": "Out of stock"}).json
    assert answer["refundId"].startswith("ref_")
    assert answer["orderId"] == paid["orderId"]
    assert answer["paymentId"] == shop.see(paid)["payments"][0]["paymentId"]
    assert (answer["amount"], answer["currency"], answer["status"]) == (19.99, "USD", "succeeded")
    assert (answer["reason"], answer["cause"], answer["failure"]) == (
        "Out of stock",
        "requested",
        None,
    )


@pytest.mark.parametrize("amount", [100.01, 101, 999_999.99, 10**20, 10**28])
def test_more_than_was_paid_is_not_given_back(on_both, amount):
    shop = world.open_shop(on_both)
    order = shop.order(100)
    shop.pay(order)
    is_refused(shop.refund(order, amount), 409, "Only USD 100.00 is left to refund", TOO_LARGE)
    assert rows(on_both)["Refund"] == 0


def test_more_than_is_left_is_not_given_back(shop, paid):
    shop.refund(paid, 60)
    is_refused(shop.refund(paid, 40.01), 409, "Only USD 40.00 is left to refund", TOO_LARGE)
    assert shop.refund(paid, 40).status_code == 200
    is_refused(shop.refund(paid), 409, "Nothing is left to refund", TOO_LARGE)
    is_refused(shop.refund(paid, 0.01), 409, "Nothing is left to refund", TOO_LARGE)
    assert rows(shop.app)["Refund"] == 2


def test_what_was_not_paid_is_not_given_back(shop):
    order = shop.order(5)
    is_refused(shop.refund(order), 409, "Order is pending: nothing was paid", "not_paid")
    shop.cancel(order)
    is_refused(shop.refund(order, 5), 409, "Order is cancelled: nothing was paid", "not_paid")
    assert rows(shop.app)["Refund"] == 0


def test_a_hostile_amount_is_not_given_back(shop, paid):
    for amount in (0, -1, "ten", True, [], {}, "1e2", 0.001, "", float("nan"), float("inf")):
        is_refused(shop.refund(paid, amount), 400, "Invalid amount provided", "invalid_amount")
    assert rows(shop.app)["Refund"] == 0


def test_a_reason_is_a_short_text(shop, paid):
    path = f"/api/orders/{paid['orderId']}/refunds"
    for reason in ("x" * 256, 5, True, ["a"], "\0", "\ud800"):
        is_refused(
            shop.post(path, {"amount": 5, "reason": reason}),
            400,
            'Invalid field: "reason"',
            "invalid_field",
            field="reason",
        )
    assert rows(shop.app)["Refund"] == 0


def test_a_body_that_is_not_one_object_is_refused(shop, paid):
    path = f"/api/orders/{paid['orderId']}/refunds"
    for body in (b"[]", b"null", b"{", b'{"amount": 1, "amount": 2}', b" "):
        is_refused(shop.post(path, body), 400, "Invalid JSON", "invalid_json")
    assert rows(shop.app)["Refund"] == 0


def test_a_refund_is_in_units_the_gateway_can_give_back(stripe_shop, stripe_fake):
    order = stripe_shop.order(10, currency="KWD")
    intent = stripe_shop.see(order)["payments"][0]["gatewayPaymentId"]
    stripe_fake.pay_with_element(intent, "card")
    stripe_shop.see(order, sync=True)
    before = rows(stripe_shop.app)
    is_refused(stripe_shop.refund(order, "1.005"), 400, "Invalid amount provided", "invalid_amount")
    assert rows(stripe_shop.app) == before
    assert stripe_shop.refund(order, "1.010").status_code == 200


def test_a_refund_that_got_no_answer_is_said_to_be_unknown(stripe_shop, stripe_fake):
    order = stripe_shop.order(10)
    intent = stripe_shop.see(order)["payments"][0]["gatewayPaymentId"]
    stripe_fake.pay_with_element(intent, "card")
    stripe_shop.see(order, sync=True)
    stripe_fake.fail_next("POST /v1/refunds", 503, times=9)
    response = stripe_shop.refund(order, 4)
    assert (response.status_code, response.json["status"]) == (200, "unknown")
    seen = stripe_shop.see(order)
    assert (seen["attention"], seen["refundedAmount"]) == ("refund_unknown", 0)
    is_refused(stripe_shop.refund(order, 7), 409, "Only USD 6.00 is left to refund", TOO_LARGE)
