"""A customer's bank takes what was to be given back anyhow: the customer gets it once."""

import pytest

from tests import world
from tests.escrow import amounts, escrow
from tests.flows.stripe_sellers import held, release
from tests.flows.test_chargebacks import close, contested, differences, hear, story

REFUND, TRANSFER = "POST /v1/refunds$", "POST /v1/transfers$"


def paid(shop, amount=100) -> dict:
    """An order whose money is nobody's to keep."""
    order = shop.order(amount)
    shop.choose(order, "cashapp")
    shop.stripe.approve(shop.intent_of(order))
    shop.tell(shop.stripe.last_event("payment_intent.succeeded"))
    world.run_tasks(shop.app)
    return order


def reserved(shop, order, amount=None) -> None:
    """A refund is set aside, and Stripe has no time for it."""
    shop.stripe.fail_next(REFUND, 429)
    assert shop.refund(order, amount).status_code == 200


def go_on(shop, later) -> None:
    later(120)
    world.run_tasks(shop.app)


@pytest.mark.parametrize("keep", [held, paid])
def test_a_refund_that_was_never_asked_for_does_not_go_out_once_the_bank_has_it(
    stripe_shop, later, keep
):
    order = keep(stripe_shop)
    reserved(stripe_shop, order)
    contested(stripe_shop, order)
    go_on(stripe_shop, later)
    seen = stripe_shop.see(order)
    (refund,) = seen["refunds"]
    assert (refund["status"], refund["failure"]) == (
        "failed",
        "stopped: the customer's bank has it",
    )
    assert (stripe_shop.stripe.refunds(), seen["refundedAmount"]) == ([], 0)
    assert seen["attention"] == "chargeback"
    assert (stripe_shop.refund(order).json["code"]) == "chargeback_open"


def test_what_was_set_aside_for_a_stopped_refund_may_be_refunded_once_the_bank_gave_it_back(
    stripe_shop, later
):
    order = held(stripe_shop, releaseAfterDays=7)
    reserved(stripe_shop, order)
    dispute = contested(stripe_shop, order)
    go_on(stripe_shop, later)
    close(stripe_shop, dispute, "won")
    assert amounts(stripe_shop, order)[0] == 10_000
    assert escrow(stripe_shop, order)["releaseAt"] is None  # somebody meant the customer to have it
    assert stripe_shop.refund(order).json["status"] == "succeeded"
    world.run_tasks(stripe_shop.app)
    assert differences(stripe_shop, order) == []


def test_a_bank_that_only_asks_stops_the_refund_of_held_money_alone(stripe_shop, later):
    one, other = held(stripe_shop), paid(stripe_shop)
    for order in (one, other):
        reserved(stripe_shop, order)
        contested(stripe_shop, order, status="warning_needs_response")
    go_on(stripe_shop, later)
    assert stripe_shop.see(one)["refunds"][0]["status"] == "failed"
    assert stripe_shop.see(other)["refunds"][0]["status"] == "succeeded"  # that is the answer to it


@pytest.mark.parametrize("keep", [held, paid])
def test_a_refund_whose_answer_was_lost_is_looked_for_as_ever(stripe_shop, later, keep):
    order = keep(stripe_shop)
    stripe_shop.stripe.drop_after_commit(REFUND, times=2)
    stripe_shop.refund(order, 40)
    contested(stripe_shop, order, 6_000)
    go_on(stripe_shop, later)
    assert stripe_shop.see(order)["refunds"][0]["status"] == "succeeded"
    assert len(stripe_shop.stripe.refunds()) == 1


@pytest.mark.parametrize("keep", [held, paid])
def test_a_loss_of_which_nobody_heard_before_stops_what_is_under_way(stripe_shop, later, keep):
    order = keep(stripe_shop)
    reserved(stripe_shop, order, 50)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order), 7_000)
    stripe_shop.stripe.close_dispute(made["id"], "lost")
    hear(stripe_shop, "charge.dispute.closed")
    go_on(stripe_shop, later)
    assert stripe_shop.see(order)["refunds"][0]["status"] == "failed"
    assert stripe_shop.stripe.refunds() == []
    assert stripe_shop.refund(order, 31).json["code"] == "refund_too_large"
    assert stripe_shop.refund(order, 30).json["status"] == "succeeded"


def test_a_loss_of_which_nobody_heard_before_stops_a_release(stripe_shop, later):
    order = held(stripe_shop)
    stripe_shop.stripe.fail_next(TRANSFER, 429)
    release(stripe_shop, order)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order), 7_000)
    stripe_shop.stripe.close_dispute(made["id"], "lost")
    hear(stripe_shop, "charge.dispute.closed")
    go_on(stripe_shop, later)
    assert escrow(stripe_shop, order)["releases"][0]["failure"] == "less is held by now"
    assert (stripe_shop.stripe.transfers(), amounts(stripe_shop, order)[0]) == ([], 3_000)
    assert differences(stripe_shop, order) == []


@pytest.mark.parametrize(("end", "attention"), [("won", None), ("lost", "chargeback")])
def test_an_order_without_escrow_says_that_it_is_contested_and_how_it_ends(
    stripe_shop, end, attention
):
    order = paid(stripe_shop)
    dispute = contested(stripe_shop, order)
    assert stripe_shop.see(order)["attention"] == "chargeback"
    close(stripe_shop, dispute, end)
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", attention)
    told = [one for one in story(stripe_shop, order) if one.startswith("payment")]
    assert told == ["payment.charged_back", f"payment.chargeback_{end}"]
    refused = stripe_shop.refund(order)
    assert (refused.status_code == 200) is (end == "won")


def test_a_bank_that_waits_for_an_answer_stays_what_is_the_matter(stripe_shop, later):
    """It says so once, and its deadline runs, whatever else is unknown meanwhile."""
    order = held(stripe_shop)
    stripe_shop.stripe.drop_after_commit(TRANSFER)
    release(stripe_shop, order)
    assert stripe_shop.see(order)["attention"] == "release_unknown"
    contested(stripe_shop, order)
    stripe_shop.stripe.fail_next("GET /v1/transfers", 503, times=4)
    go_on(stripe_shop, later)
    assert stripe_shop.see(order)["attention"] == "chargeback"
    stripe_shop.stripe.clear_faults()
    later(3600)
    world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(order)
    assert (seen["escrow"]["releases"][0]["status"], seen["attention"]) == (
        "succeeded",
        "chargeback",
    )


def test_a_mere_question_of_the_bank_is_no_reason_to_refuse_more_than_is_left(stripe_shop):
    order = paid(stripe_shop)
    assert stripe_shop.refund(order, 50).json["status"] == "succeeded"
    contested(stripe_shop, order, status="warning_needs_response")
    refused = stripe_shop.refund(order, 80)
    assert (refused.status_code, refused.json["code"]) == (409, "refund_too_large")
    assert "50.00" in refused.json["error"]
