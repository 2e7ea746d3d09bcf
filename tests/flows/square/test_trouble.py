"""What Square refuses or fails to say, as customers and providers meet it."""

from __future__ import annotations

import pytest

from tests import world

LINKS = "/v2/online-checkout/payment-links"


def test_a_link_whose_making_got_no_answer_is_found_and_made_once(shop, told, later):
    order = shop.order(20)
    shop.square.drop_after_commit(f"POST {LINKS}$", times=2)
    shop.choose(order, "card")
    assert shop.see(order)["attention"] == "payment_unknown"
    later(3)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["attention"] is None
    assert len(shop.square.ledger("link")) == 1
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert shop.square.object("link", shop.link())["url"] in page
    shop.square.pay(shop.link())
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_another_currency_is_refused_in_words_and_no_link_is_made(shop, told):
    order = shop.order(20, currency="EUR")
    shop.choose(order, "card")
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert shop.square.ledger("link") == []
    assert shop.see(order)["status"] == "failed"
    assert "this Square location takes USD only, not EUR" in page
    world.run_tasks(shop.app)
    assert told() == ["payment_failed"]


def test_a_currency_that_square_has_nowhere_is_refused_at_the_api(shop):
    response = shop.create(20, currency="BRL")
    assert (response.status_code, response.json["code"]) == (400, "invalid_currency")


@pytest.mark.parametrize("minor", [1, 1999, 2001, 200_000])
def test_another_amount_than_was_asked_is_not_paid(shop, told, minor):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link(), minor=minor)
    shop.tell_all()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []
