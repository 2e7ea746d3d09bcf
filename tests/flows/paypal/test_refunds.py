"""Money given back through PayPal, by us and by others."""

import pytest

from tests import world


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
