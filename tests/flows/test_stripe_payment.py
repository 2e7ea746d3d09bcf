"""Payments through Stripe, by its own SDK, against a fake that refuses what Stripe refuses."""

import itertools

import pytest

from app.adapters.gateways.stripe.client import API_VERSION
from tests import world


def test_the_official_sdk_speaks_with_its_pinned_version(stripe_shop):
    stripe_shop.order(20)

    (request,) = stripe_shop.stripe.calls("POST", "/v1/payment_intents")
    assert request.headers["Stripe-Version"] == API_VERSION
    assert request.headers["User-Agent"].startswith("Stripe/v1 PythonBindings/16.")
    assert request.params["amount"] == "2000"
    assert request.params["metadata"]["order_id"].startswith("ord_")


def test_cash_app_is_confirmed_on_our_server_and_shown_as_link_and_code(stripe_shop, told):
    order = stripe_shop.order(20)
    response = stripe_shop.choose(order, "cashapp")
    assert response.status_code == 303
    assert response.location.endswith(f"/checkout/o/{order['token']}")

    page = stripe_shop.app.test_client().get(f"/checkout/o/{order['token']}")
    assert f"/checkout/o/{order['token']}/qr" in page.text
    assert "client_secret" not in page.text and "_secret_" not in page.text
    code = stripe_shop.app.test_client().get(f"/checkout/o/{order['token']}/qr")
    assert (code.mimetype, code.data[:4]) == ("image/png", b"\x89PNG")

    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_a_card_is_paid_on_stripes_own_page(stripe_shop, told):
    order = stripe_shop.order(20)
    intent = stripe_shop.intent_of(order)
    response = stripe_shop.choose(order, "card")
    session = stripe_shop.session_of(order)
    assert response.location == stripe_shop.stripe.object(session)["url"]

    stripe_shop.stripe.pay_session(session)
    stripe_shop.tell_all()

    seen = stripe_shop.see(order)
    assert seen["status"] == "paid"
    assert [one["status"] for one in seen["payments"]] == ["superseded", "succeeded"]
    assert stripe_shop.stripe.object(intent)["status"] == "canceled"
    assert len(stripe_shop.stripe.charges()) == 1
    assert told() == ["payment_succeeded"]


def test_the_return_page_asks_stripe_and_proves_nothing_by_itself(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    assert stripe_shop.come_back(order).status_code == 303
    assert stripe_shop.see(order)["status"] == "pending"

    stripe_shop.stripe.pay_session(stripe_shop.session_of(order))
    stripe_shop.come_back(order)
    assert stripe_shop.see(order)["status"] == "paid"


def test_a_declined_cash_app_payment_fails_and_can_be_tried_again(stripe_shop, told):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "cashapp")
    first = stripe_shop.intent_of(order)
    stripe_shop.stripe.decline(first)
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "failed"

    stripe_shop.choose(order, "cashapp")
    second = stripe_shop.intent_of(order)
    assert second != first
    stripe_shop.stripe.approve(second)
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "paid"
    assert told() == ["payment_failed", "payment_succeeded"]


def test_a_card_declined_inside_one_session_is_a_note_not_a_failure(stripe_shop, told):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    session = stripe_shop.session_of(order)
    stripe_shop.stripe.decline_in_session(session)
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "pending"
    assert told() == []

    stripe_shop.stripe.pay_session(session)
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]
    assert len(stripe_shop.stripe.charges()) == 1


def test_a_cancelled_order_cannot_be_paid_at_stripe(stripe_shop, told):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    response = stripe_shop.cancel(order)
    assert (response.status_code, response.json["status"]) == (200, "cancelled")
    assert stripe_shop.stripe.object(stripe_shop.session_of(order))["status"] == "expired"
    world.run_tasks(stripe_shop.app)
    assert told() == ["payment_cancelled"]


def test_a_paid_order_is_not_cancelled_even_when_we_have_not_heard_of_it(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    stripe_shop.stripe.pay_session(stripe_shop.session_of(order))

    response = stripe_shop.cancel(order)

    assert response.status_code == 409
    assert stripe_shop.see(order)["status"] == "paid"


def test_an_order_expires_at_stripe_too(stripe_shop, told, later):
    order = stripe_shop.order(20, expiresIn=300)
    stripe_shop.choose(order, "card")
    later(301)
    world.sweep_and_run(stripe_shop.app)

    assert stripe_shop.see(order)["status"] == "expired"
    assert stripe_shop.stripe.object(stripe_shop.session_of(order))["status"] == "expired"
    assert told() == ["payment_expired"]


def test_paid_wins_over_expiry(stripe_shop, told, later):
    order = stripe_shop.order(20, expiresIn=300)
    stripe_shop.choose(order, "card")
    stripe_shop.stripe.pay_session(stripe_shop.session_of(order))
    later(301)
    world.sweep_and_run(stripe_shop.app)
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert told() == ["payment_succeeded"]


def test_parts_are_refunded_and_never_more_than_was_paid(stripe_shop, told):
    order = stripe_shop.order(100)
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.tell_all()

    assert stripe_shop.refund(order, 60).json["status"] == "succeeded"
    assert stripe_shop.refund(order, 60).status_code == 409
    assert stripe_shop.refund(order, 40).status_code == 200
    stripe_shop.tell_all()

    seen = stripe_shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 100)
    assert sum(one["amount"] for one in stripe_shop.stripe.refunds()) == 10_000
    assert told() == ["payment_succeeded", "payment_refunded", "payment_refunded"]


def test_a_refund_made_in_stripes_own_dashboard_arrives_as_its_total(stripe_shop):
    order = stripe_shop.order(100)
    stripe_shop.choose(order, "cashapp")
    intent = stripe_shop.intent_of(order)
    stripe_shop.stripe.approve(intent)
    stripe_shop.tell_all()
    from tests.fakes.stripe_driver import client

    client(stripe_shop.stripe, world.STRIPE_KEY).refunds.create(
        {"payment_intent": intent, "amount": 2500}
    )
    stripe_shop.tell_all()
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 25)


def test_a_call_that_timed_out_after_the_charge_ends_paid_once(stripe_shop, told, later):
    order = stripe_shop.order(20)
    # The SDK tries twice; both answers are lost after the work was done.
    stripe_shop.stripe.drop_after_commit("POST /v1/payment_intents/*/confirm", times=2)
    stripe_shop.choose(order, "cashapp")
    assert stripe_shop.see(order)["attention"] == "payment_unknown"

    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    later(3)
    world.sweep_and_run(stripe_shop.app)

    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert len(stripe_shop.stripe.charges()) == 1
    assert told() == ["payment_succeeded"]


def test_a_creation_that_was_never_answered_is_found_again_by_its_key(stripe_shop, later):
    stripe_shop.stripe.drop_after_commit("POST /v1/payment_intents$", times=2)
    response = stripe_shop.create(20)
    assert (response.status_code, response.json["code"]) == (502, "gateway_unavailable")

    later(3)
    world.sweep_and_run(stripe_shop.app)

    seen = stripe_shop.see(response.json)
    assert (seen["status"], seen["attention"]) == ("pending", None)
    assert len(stripe_shop.stripe.payment_intents()) == 1


def paid_then_refunded(shop, order) -> list:
    """An order whose first try failed, whose second was paid and then refunded; its events."""
    shop.choose(order, "cashapp")
    shop.stripe.decline(shop.intent_of(order))
    shop.come_back(order)
    shop.choose(order, "cashapp")
    second = shop.intent_of(order)
    shop.stripe.process(second)
    shop.stripe.finish_processing(second)
    from tests.fakes.stripe_driver import client

    client(shop.stripe, world.STRIPE_KEY).refunds.create({"payment_intent": second})
    wanted = (
        "payment_intent.created",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "charge.refunded",
    )
    return [shop.stripe.last_event(one) for one in wanted]


def tell_in_any_order(shop, httpserver, told, permutations) -> None:
    """Each of them of an order of its own, which nobody was told about before."""
    for permutation in permutations:
        httpserver.clear_log()
        order = shop.order(20)
        events = paid_then_refunded(shop, order)
        for position in permutation:
            assert shop.tell(events[position]).status_code == 200
            world.run_serially(shop.app)
        seen = shop.see(order)
        assert (seen["status"], seen["refundedAmount"]) == ("refunded", 20), permutation
        assert told() == ["payment_failed", "payment_succeeded", "payment_refunded"], permutation


ORDERS = tuple(itertools.permutations(range(5)))


@pytest.mark.parametrize("nth", range(4))
def test_events_in_any_order_end_in_one_state_with_one_success(stripe_shop, httpserver, told, nth):
    """A fifth of all 120 orders: each event comes first and last, and each before each."""
    tell_in_any_order(stripe_shop, httpserver, told, ORDERS[::5][nth::4])


@pytest.mark.soak
def test_events_in_each_of_120_orders_end_in_one_state(stripe_shop, httpserver, told):
    tell_in_any_order(stripe_shop, httpserver, told, ORDERS)


def test_the_language_a_customer_chose_is_asked_of_the_gateways_page_too(stripe_shop):
    order = stripe_shop.order(20, locale="en")
    stripe_shop.choose(order, "card", lang="pt-PT")
    assert stripe_shop.stripe.sessions()[-1]["locale"] == "pt"
