"""Refunds that do not go as planned: unanswered, failed after all, made elsewhere as well."""

import pytest

from tests import world

DAY = 24 * 3600


@pytest.fixture
def paid(stripe_shop):
    """A paid order of 100.00."""
    order = stripe_shop.order(100)
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.tell_all()
    assert stripe_shop.see(order)["status"] == "paid"
    return order


def given_back(shop) -> int:
    return sum(one["amount_refunded"] for one in shop.stripe.charges())


def refund_elsewhere(shop, order, minor: int) -> None:
    """The merchant refunds in Stripe's own dashboard."""
    import stripe

    client = stripe.StripeClient(world.STRIPE_KEY, base_addresses={"api": shop.stripe.url})
    client.v1.refunds.create({"payment_intent": shop.intent_of(order), "amount": minor})


def news(shop, seen: int) -> None:
    """Stripe tells what happened since its first `seen` events, and we do what follows."""
    shop.tell_all(list(shop.stripe.events)[seen:])
    world.run_tasks(shop.app)


def test_a_refund_whose_answer_was_lost_is_found_not_made_again(stripe_shop, paid, later):
    stripe_shop.stripe.drop_after_commit("POST /v1/refunds")
    assert stripe_shop.refund(paid, 30).json["status"] == "unknown"
    asked = len(stripe_shop.stripe.calls("POST", "/v1/refunds"))
    later(31)
    world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(paid)
    assert (seen["refunds"][0]["status"], seen["refundedAmount"]) == ("succeeded", 30)
    assert len(stripe_shop.stripe.calls("POST", "/v1/refunds")) == asked


def test_a_refund_without_an_answer_for_a_day_is_never_asked_for_again(stripe_shop, paid, later):
    """The gateway forgets keys after a day: repeated then, the refund would go out twice."""
    stripe_shop.stripe.drop_before_commit("POST /v1/refunds")
    stripe_shop.refund(paid, 30)
    asked = len(stripe_shop.stripe.calls("POST", "/v1/refunds"))
    later(DAY)
    for _ in range(3):
        later(2 * DAY)
        world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(paid)
    assert (seen["refunds"][0]["status"], seen["attention"]) == ("unknown", "refund_unknown")
    assert len(stripe_shop.stripe.calls("POST", "/v1/refunds")) == asked
    assert stripe_shop.refund(paid, 71).status_code == 409, "what is unknown stays reserved"


def test_a_pending_refund_that_fails_is_not_counted_and_can_be_repeated(stripe_shop, paid, later):
    stripe_shop.stripe.refund_mode = "pending"
    before = len(stripe_shop.stripe.events)
    assert stripe_shop.refund(paid).json["status"] == "pending"
    news(stripe_shop, before)  # charge.refunded counts it already
    stripe_shop.stripe.finish_refund(stripe_shop.stripe.refunds()[0]["id"], ok=False)
    later(61)
    world.run_tasks(stripe_shop.app)
    world.run_tasks(stripe_shop.app)

    seen = stripe_shop.see(paid)
    assert (seen["attention"], seen["refundedAmount"]) == ("refund_failed", 0)
    assert seen["refunds"][0]["status"] == "failed"

    stripe_shop.stripe.refund_mode = "succeeded"
    assert stripe_shop.refund(paid).json["status"] == "succeeded"
    assert stripe_shop.see(paid)["refundedAmount"] == 100
    assert given_back(stripe_shop) == 10_000


def test_a_refund_that_fails_after_it_succeeded_is_taken_back(stripe_shop, paid):
    stripe_shop.refund(paid, 40)
    assert stripe_shop.see(paid)["refundedAmount"] == 40
    before = len(stripe_shop.stripe.events)
    stripe_shop.stripe.finish_refund(stripe_shop.stripe.refunds()[0]["id"], ok=False)
    news(stripe_shop, before)
    seen = stripe_shop.see(paid)
    assert (seen["attention"], seen["refundedAmount"]) == ("refund_failed", 0)
    assert seen["refunds"][0]["status"] == "failed"
    assert stripe_shop.refund(paid, 100).json["status"] == "succeeded"


def test_a_lower_total_that_is_only_old_news_changes_nothing(stripe_shop, paid):
    from app.adapters.gateways.base import Snapshot
    from app.services import orders

    stripe_shop.refund(paid, 40)
    payment = stripe_shop.see(paid)["payments"][-1]["paymentId"]
    with stripe_shop.inside():
        old = Snapshot("succeeded", paid_minor=10_000, currency="USD", test_mode=True)
        orders.settle(payment, old)
    world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(paid)
    assert (seen["attention"], seen["refundedAmount"]) == (None, 40)


def test_own_refunds_and_those_made_elsewhere_add_up(stripe_shop, paid, told):
    refund_elsewhere(stripe_shop, paid, 3_000)
    assert stripe_shop.refund(paid, 30).json["status"] == "succeeded"  # no event came
    world.run_tasks(stripe_shop.app)
    assert stripe_shop.see(paid)["refundedAmount"] == 60
    assert given_back(stripe_shop) == 6_000
    assert stripe_shop.refund(paid).json["amount"] == 40


def test_a_refund_for_which_the_keys_were_refused_needs_a_person_until_they_are_right(
    stripe_shop, paid, later
):
    stripe_shop.stripe.fail_next("POST /v1/refunds", 401)
    assert stripe_shop.refund(paid, 30).json["status"] == "requested"
    assert stripe_shop.see(paid)["attention"] == "gateway_misconfigured"
    later(61)
    world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(paid)
    assert (seen["refunds"][0]["status"], seen["attention"]) == ("succeeded", None)
