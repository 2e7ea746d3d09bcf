"""Two tabs, two methods, two successes: one settles, the other goes back."""

import threading

from sqlalchemy import select

from app.extensions import reading
from app.models import Notice
from tests import world


def test_a_second_method_cancels_the_first_for_certain_before_it_is_shown(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    session = stripe_shop.session_of(order)

    response = stripe_shop.choose(order, "cashapp")

    assert response.status_code == 303
    assert stripe_shop.stripe.object(session)["status"] == "expired"


def test_choosing_again_shows_the_same_and_makes_nothing_new(stripe_shop):
    order = stripe_shop.order(20)
    places = {stripe_shop.choose(order, "card").location for _ in range(3)}
    assert len(places) == 1
    assert len(stripe_shop.stripe.sessions()) == 1


def test_a_second_method_waits_while_the_first_is_being_paid(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    session = stripe_shop.session_of(order)
    stripe_shop.stripe.pay_session(session)

    response = stripe_shop.choose(order, "cashapp")

    assert response.status_code == 409
    assert stripe_shop.see(order)["status"] == "paid"
    assert len(stripe_shop.stripe.charges()) == 1


def test_of_two_successes_one_settles_and_the_other_is_refunded(stripe_shop, told):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "card")
    first = stripe_shop.session_of(order)
    # Our expiry of the first session is believed to have worked, and it is paid all the same.
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.tamper(first, status="open")
    second = stripe_shop.intent_of(order)
    stripe_shop.stripe.approve(second)
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "paid"

    stripe_shop.stripe.pay_session(first)
    stripe_shop.tell_all()
    world.run_tasks(stripe_shop.app)

    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "duplicate_payment")
    assert sorted(one["duplicate"] for one in seen["payments"]) == [False, False, True]
    assert seen["refundedAmount"] == 0
    assert [one["cause"] for one in seen["refunds"]] == ["duplicate"]
    assert seen["refunds"][0]["status"] == "succeeded"
    assert told().count("payment_succeeded") == 1
    with stripe_shop.inside(), reading() as session:
        (notice,) = session.scalars(select(Notice)).all()
    assert (notice.kind, notice.subject) == ("duplicate_payment", order["orderId"])
    charges = stripe_shop.stripe.charges()
    assert sum(one["amount"] - one["amount_refunded"] for one in charges) == 2000


def test_two_tabs_at_the_same_moment_leave_one_way_to_pay(stripe_shop):
    for _ in range(5):
        order = stripe_shop.order(20)
        tabs = [
            threading.Thread(target=stripe_shop.choose, args=(order, method))
            for method in ("card", "cashapp")
        ]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        world.run_tasks(stripe_shop.app)
        payable = [one for one in stripe_shop.stripe.sessions() if one["status"] == "open"] + [
            one
            for one in stripe_shop.stripe.payment_intents()
            if one["status"] in {"requires_action", "requires_payment_method"}
            and one["metadata"].get("order_id") == order["orderId"]
        ]
        ours = [
            one
            for one in payable
            if (one.get("metadata") or {}).get("order_id") == order["orderId"]
        ]
        assert len(ours) <= 1
