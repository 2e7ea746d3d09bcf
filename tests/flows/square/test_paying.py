"""Paying on Square's page, through the whole house: once, whatever comes late or twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import TimelineEntry
from tests import world

METHODS = ["card", "apple_pay", "google_pay", "cash_app"]


@pytest.mark.parametrize("method", METHODS)
def test_a_customer_pays_on_squares_page_and_the_provider_hears_of_it(shop, told, method):
    order = shop.order(19.99)
    assert shop.square.requests == [], "nothing is asked of Square before a method is chosen"
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert all(f'value="{one}"' in page for one in METHODS)

    response = shop.choose(order, method)
    assert response.status_code == 303
    assert response.location == shop.square.object("link", shop.link())["url"]

    shop.square.pay(shop.link())
    shop.tell_all()

    seen = shop.see(order)
    (payment,) = shop.square.ledger("payment")
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert seen["payments"][0]["gatewayPaymentId"] == payment["id"]
    assert payment["total_money"] == {"amount": 1999, "currency": "USD"}
    assert told() == ["payment_succeeded"]


def test_the_return_page_asks_square_and_proves_nothing_by_itself(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    assert shop.come_back(order).status_code == 303
    assert shop.see(order)["status"] == "pending"
    shop.square.pay(shop.link())
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"


def test_money_that_is_on_its_way_is_processing_and_then_paid(shop, told):
    order = shop.order(20)
    shop.choose(order, "cash_app")
    made = shop.square.pay(shop.link(), status="APPROVED")
    shop.tell_all()
    assert shop.see(order)["status"] == "processing"
    shop.square.move(made["id"], "COMPLETED")
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
def test_money_that_does_not_come_in_the_end_is_tried_again_by_the_same_link(shop, told, status):
    order = shop.order(20)
    shop.choose(order, "card")
    made = shop.square.pay(shop.link(), status="PENDING")
    shop.tell_all()
    shop.square.move(made["id"], status)
    shop.tell_all()
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["status"]) == ("failed", "pending")
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert shop.square.object("link", shop.link())["url"] in page
    shop.choose(order, "card")
    assert len(shop.square.ledger("link")) == 1
    shop.square.pay(shop.link())
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_failed", "payment_succeeded"]


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
def test_a_try_that_failed_before_we_heard_of_it_is_a_note_and_the_link_ends_with_the_order(
    shop, told, later, status
):
    order = shop.order(20, expiresIn=600)
    shop.choose(order, "card")
    made = shop.square.pay(shop.link(), status="PENDING")
    shop.square.move(made["id"], status)
    shop.tell_all()
    shop.come_back(order)
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["status"]) == ("pending", "pending")
    assert told() == []
    with shop.inside(), reading() as session:
        noted = session.scalars(select(TimelineEntry).order_by(TimelineEntry.id)).all()[-1]
    assert (noted.kind, bool(noted.data["note"])) == ("gateway.payment.updated", True)
    later(700)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    assert shop.square.ledger("link") == []


def test_a_card_declined_on_squares_page_is_a_note_not_a_failure(shop, told):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.decline(shop.link())
    shop.tell_all()
    assert shop.see(order)["status"] == "pending"
    shop.square.pay(shop.link())
    shop.tell_all()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_events_without_our_note_are_matched_by_the_order(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    event = shop.square.last_event("payment.created")
    del event["data"]["object"]["payment"]["note"]
    assert shop.tell(event).json["outcome"] == "stored"
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "paid"


def test_events_in_any_order_and_twice_say_paid_once(shop, told):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    shop.refund(order)
    shop.square.finish_refunds()
    for event in [*reversed(shop.square.events), *shop.square.events]:
        assert shop.tell(event).status_code == 200
        world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "refunded"
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_another_method_takes_the_place_of_the_first_which_cannot_be_paid_then(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    first = shop.link()
    shop.choose(order, "apple_pay")
    assert shop.link() != first
    assert [one["id"] for one in shop.square.ledger("link")] == [shop.link()]
    shop.square.pay(shop.link())
    shop.tell_all()
    seen = shop.see(order)
    assert seen["status"] == "paid"
    assert [one["status"] for one in seen["payments"]] == ["cancelled", "succeeded"]
