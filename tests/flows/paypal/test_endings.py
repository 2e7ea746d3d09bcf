"""A PayPal order that ended here is never captured, and one that is being captured does not end."""

import threading

import pytest

from tests import world
from tests.flows.paypal.shop import CAPTURE, connect


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
