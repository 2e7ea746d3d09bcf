"""Payments through PayPal, from the API to the provider's webhook, against its fake."""

import re
import threading

import pytest

from tests import world
from tests.flows.paypal.shop import CAPTURE


def test_the_return_page_takes_the_money_and_the_provider_is_told_once(shop, told):
    order = shop.order("19.99", locale="pt")
    assert order["testMode"] is True
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert re.findall(r'name="method" value="(\w+)"', page) == ["paypal", "card", "pay_later"]
    made = shop.send(order)
    assert shop.see(order)["status"] == "pending"
    assert shop.come_back(order).status_code == 303
    assert shop.see(order)["status"] == "pending", "coming back proves nothing"

    shop.paypal.approve(made)
    shop.come_back(order)
    shop.tell_all()

    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    (charge,) = shop.paypal.charges()
    assert seen["payments"][0]["gatewayPaymentId"] == charge["id"]
    assert charge["amount"] == {"currency_code": "USD", "value": "19.99"}
    assert shop.captures() == 1
    assert told() == ["payment_succeeded"]


def test_paypals_call_takes_it_when_the_customer_does_not_come_back(shop, told):
    order = shop.order("20.00")
    shop.paypal.approve(shop.send(order, "pay_later"))
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_the_reconciler_takes_it_when_nobody_tells(shop, later):
    order = shop.order("20.00")
    shop.paypal.approve(shop.send(order, "card"))
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"


def test_return_page_and_call_arriving_together_take_it_once(shop, told):
    order = shop.order("20.00")
    made = shop.send(order)
    shop.paypal.approve(made)
    gate = shop.paypal.hold(CAPTURE)
    coming = threading.Thread(target=lambda: shop.come_back(order))
    coming.start()
    assert gate.entered.wait(10)
    assert shop.see(order)["status"] == "processing"
    assert shop.tell(shop.paypal.last_event(made)).status_code == 200
    telling = threading.Thread(target=lambda: world.run_tasks(shop.app))
    telling.start()
    gate.release()
    coming.join()
    telling.join()
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert len(shop.paypal.charges()) == 1
    assert told() == ["payment_succeeded"]


def test_a_capture_without_an_answer_is_taken_once(shop, later, told):
    order = shop.order("20.00")
    shop.paypal.approve(shop.send(order))
    shop.paypal.drop_after_commit(CAPTURE, times=2)
    shop.come_back(order)
    assert shop.see(order)["status"] == "processing"
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert len(shop.paypal.charges()) == 1
    assert told() == ["payment_succeeded"]


def test_a_lost_answer_to_a_creation_makes_no_second_order(shop, later):
    order = shop.order("20.00")
    shop.paypal.drop_after_commit("POST /v2/checkout/orders$", times=2)
    shop.choose(order, "paypal")
    assert shop.see(order)["payments"][0]["status"] == "unknown"
    later(3)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["payments"][0]["status"] == "pending"
    assert len(shop.paypal.all_orders()) == 1


def test_a_declined_capture_fails_and_another_try_is_another_order(shop, told):
    order = shop.order("20.00")
    first = shop.send(order)
    shop.paypal.refuse_capture(first)
    shop.paypal.approve(first)
    shop.come_back(order)
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["status"]) == ("failed", "failed")
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert "the card or bank turned the payment down" in page

    second = shop.send(order)
    assert second != first
    shop.paypal.approve(second)
    shop.come_back(order)
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert [one["order"] for one in shop.paypal.charges()] == [second]
    assert told() == ["payment_failed", "payment_succeeded"]


@pytest.mark.parametrize(
    ("end", "status", "events"),
    [("COMPLETED", "paid", ["payment_succeeded"]), ("DECLINED", "failed", ["payment_failed"])],
)
def test_a_pending_capture_ends_by_paypals_call(shop, later, told, end, status, events):
    order = shop.order("20.00", expiresIn=300)
    made = shop.send(order)
    shop.paypal.capture_as(made, "PENDING", "PENDING_REVIEW")
    shop.paypal.approve(made)
    shop.come_back(order)
    shop.tell_all()
    later(301)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "processing", "what is under way does not expire"
    assert "PayPal is looking at the payment" in shop.notes()
    assert told() == []
    shop.paypal.settle_capture(made, end)
    assert shop.tell(shop.paypal.last_event(made)).status_code == 200
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == status
    assert told() == events


def test_another_amount_is_not_paid(shop, told):
    order = shop.order("20.00")
    made = shop.send(order)
    shop.paypal.charge_instead(made, "19.99")
    shop.paypal.approve(made)
    shop.come_back(order)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []


@pytest.mark.parametrize(
    ("currency", "amount", "value"),
    [("HUF", "2500", "2500"), ("JPY", "2500", "2500"), ("TWD", "2500.00", "2500"),
     ("EUR", "19.99", "19.99")],
)  # fmt: skip
def test_currencies_reach_paypal_with_the_decimals_it_takes(shop, currency, amount, value):
    order, _ = shop.pay_at_paypal(amount, currency=currency)
    (charge,) = shop.paypal.charges()
    assert charge["amount"] == {"currency_code": currency, "value": value}
    assert shop.refund(order).status_code == 200
    assert shop.see(order)["status"] == "refunded"


@pytest.mark.parametrize(
    ("currency", "amount"), [("HUF", "10.50"), ("TWD", "0.01"), ("JPY", "1.5"), ("INR", "5")]
)
def test_what_paypal_does_not_take_is_refused_at_the_api(shop, currency, amount):
    assert shop.create(amount, currency=currency).status_code == 400
