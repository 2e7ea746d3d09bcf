"""Payments through PayPal, from the API to the provider's webhook, against its fake."""

import re
import threading

import pytest

from tests import world
from tests.flows.paypal_shop import PayPalShop, connect, open_shop, running

CAPTURE = "POST /v2/checkout/orders/*/capture$"


@pytest.fixture
def paypal():
    with running() as fake:
        yield fake


@pytest.fixture
def shop(make_app, paypal, httpserver) -> PayPalShop:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    app = make_app(PAYPAL_BASE_URL=paypal.url)
    return open_shop(app, paypal, webhook_url=httpserver.url_for("/hook"))


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


# --- what ends here is never taken


@pytest.mark.parametrize("end", ["cancelled", "expired", "superseded", "given up"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_that_ended_here_is_never_captured(shop, later, end, when):
    """Approved just before it ended, with no word of it to us, or after."""
    order = shop.order("20.00", expiresIn=300)
    made = shop.send(order)
    if when == "before":
        shop.paypal.approve(made)
    if end == "cancelled":
        assert shop.cancel(order).status_code == 200
    elif end == "expired":
        later(301)
        world.sweep_and_run(shop.app)
    elif end == "superseded":
        assert shop.send(order, "card") != made
    else:
        assert shop.customer("cancel", order).status_code == 303
    if when == "after":
        shop.paypal.approve(made)
    shop.come_back(order)
    shop.tell_all()
    shop.see(order, sync=True)
    later(4000)
    world.sweep_and_run(shop.app)
    assert (shop.captures(), shop.paypal.charges()) == (0, [])
    assert shop.see(order)["payments"][0]["status"] in {"cancelled", "superseded", "expired"}
    assert shop.see(order)["status"] == {
        "cancelled": "cancelled",
        "given up": "cancelled",
    }.get(end, "expired")


def test_while_it_is_being_captured_it_is_neither_cancelled_nor_expired(shop, later):
    order = shop.order("20.00", expiresIn=300)
    shop.paypal.approve(shop.send(order))
    gate = shop.paypal.hold(CAPTURE)
    coming = threading.Thread(target=lambda: shop.come_back(order))
    coming.start()
    assert gate.entered.wait(10)
    assert shop.cancel(order).status_code == 409
    later(301)
    gate.release()
    coming.join()
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"


def test_a_cancellation_that_was_asked_before_the_approval_gives_way_to_the_capture(shop):
    order = shop.order("20.00")
    made = shop.send(order)
    asking = shop.paypal.hold("GET /v2/checkout/orders", after_commit=True)
    answers = []
    cancelling = threading.Thread(target=lambda: answers.append(shop.cancel(order)))
    cancelling.start()
    assert asking.entered.wait(10)  # PayPal has said that nobody approved it
    shop.paypal.approve(made)
    capturing = shop.paypal.hold(CAPTURE, after_commit=True)
    coming = threading.Thread(target=lambda: shop.come_back(order))
    coming.start()
    assert capturing.entered.wait(10)  # and it is being taken
    asking.release()
    capturing.release()
    cancelling.join()
    coming.join()
    assert answers[0].status_code == 409
    assert shop.see(order)["status"] == "paid"
    assert len(shop.paypal.charges()) == 1


def test_an_order_paypal_has_forgotten_makes_way_for_a_new_one(shop, later):
    order = shop.order("20.00")
    first = shop.send(order)
    later(3 * 3600 + 5)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["payments"][0]["status"] == "expired"
    assert shop.see(order)["status"] == "pending"
    second = shop.send(order)
    assert second != first
    shop.paypal.approve(second)
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"


def test_an_abandoned_order_expires_though_paypal_has_forgotten_it(shop, later):
    order = shop.order("20.00", expiresIn=4 * 3600)
    shop.send(order)
    later(4 * 3600 + 5)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("expired", None)


def test_with_another_accounts_keys_an_order_is_missing_and_not_over(shop, paypal, later):
    order = shop.order("20.00", expiresIn=4 * 3600)
    shop.send(order)
    paypal.app("AnotherClient", "another secret", merchant_id="SOMEBODYELSE2")
    connect(shop, clientId="AnotherClient", clientSecret="another secret")
    later(4 * 3600 + 5)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("pending", "payment_missing")


# --- money that waits, and money that does not come


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


# --- refunds


def test_refunds_whole_and_in_parts(shop, told):
    order, _ = shop.pay_at_paypal()
    assert shop.refund(order, 5).json["status"] == "succeeded"
    assert shop.see(order)["status"] == "partially_refunded"
    assert shop.refund(order).json["amount"] == 15
    shop.tell_all()
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 20)
    assert [one["amount"]["value"] for one in shop.paypal.all_refunds()] == ["5.00", "15.00"]
    world.run_tasks(shop.app)
    assert told() == ["payment_succeeded", "payment_refunded", "payment_refunded"]


@pytest.mark.parametrize(
    ("end", "refund", "order_status"),
    [("COMPLETED", "succeeded", "partially_refunded"), ("FAILED", "failed", "paid")],
)
def test_a_pending_refund_is_asked_about_until_it_ends(shop, later, end, refund, order_status):
    order, _ = shop.pay_at_paypal()
    shop.paypal.refunds.mode = "PENDING"
    assert shop.refund(order, 5).json["status"] == "pending"
    assert shop.see(order)["refundedAmount"] == 0
    shop.paypal.refunds.settle(shop.paypal.all_refunds()[0]["id"], end)
    later(61)
    world.run_tasks(shop.app)
    seen = shop.see(order)
    assert (seen["refunds"][0]["status"], seen["status"]) == (refund, order_status)


def test_a_refused_refund_says_why_and_the_money_may_be_refunded_again(shop):
    order, _ = shop.pay_at_paypal()
    shop.paypal.refunds.refusal = "REFUND_FAILED_INSUFFICIENT_FUNDS"
    refused = shop.refund(order, 5).json
    assert refused["status"] == "failed"
    assert shop.see(order)["attention"] == "refund_failed"
    assert shop.refund(order, 20).json["status"] == "succeeded"


def test_a_refund_without_an_answer_is_made_once(shop, later):
    order, _ = shop.pay_at_paypal()
    shop.paypal.drop_after_commit("POST /v2/payments/captures/*/refund$", times=2)
    assert shop.refund(order, 5).json["status"] == "unknown"
    later(31)
    world.run_tasks(shop.app)
    assert shop.see(order)["refunds"][0]["status"] == "succeeded"
    assert len(shop.paypal.all_refunds()) == 1


def test_a_refund_made_at_paypal_arrives_with_its_call(shop, told):
    order, made = shop.pay_at_paypal()
    shop.paypal.refunds.by_merchant(shop.paypal.charges()[0]["id"], "7.00")
    assert shop.tell(shop.paypal.last_event(made)).json["outcome"] == "stored"
    world.run_tasks(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 7)
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_a_reversal_and_a_dispute_are_noted(shop):
    order, made = shop.pay_at_paypal()
    capture = shop.paypal.charges()[0]["id"]
    up = {"rel": "up", "href": f"https://api.paypal.com/v2/payments/captures/{capture}"}
    for number, (type_, resource) in enumerate(
        {
            "PAYMENT.CAPTURE.REVERSED": {"id": "R1", "links": [up]},
            "CUSTOMER.DISPUTE.CREATED": {
                "disputed_transactions": [{"seller_transaction_id": capture}]
            },
        }.items()
    ):
        event = {"id": f"WH-{number}", "event_type": type_, "resource": resource}
        assert shop.tell(event).json["outcome"] == "stored"
    world.run_tasks(shop.app)
    assert {
        "PayPal took the money back from the merchant's account",
        "the customer opened a dispute at PayPal",
    } <= set(shop.notes())
    assert shop.see(order)["status"] == "paid"
