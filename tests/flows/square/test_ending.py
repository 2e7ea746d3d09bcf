"""Orders that end without money take their payment link along."""

from __future__ import annotations

from tests import world


def test_a_cancelled_order_has_no_link_any_more(shop, told):
    order = shop.order(20)
    shop.choose(order, "card")
    response = shop.cancel(order)
    assert (response.status_code, response.json["status"]) == (200, "cancelled")
    assert shop.square.ledger("link") == []
    world.run_tasks(shop.app)
    assert told() == ["payment_cancelled"]


def test_a_paid_order_is_not_cancelled_even_when_we_have_not_heard_of_it(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    assert shop.cancel(order).status_code == 409
    assert shop.see(order)["status"] == "paid"


def test_an_order_that_expires_takes_its_link_along(shop, told, later):
    order = shop.order(20, expiresIn=300)
    shop.choose(order, "card")
    later(301)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    assert shop.square.ledger("link") == []
    assert told() == ["payment_expired"]


def test_paid_in_time_wins_over_expiry(shop, told, later):
    order = shop.order(20, expiresIn=300)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    later(301)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert told() == ["payment_succeeded"]
