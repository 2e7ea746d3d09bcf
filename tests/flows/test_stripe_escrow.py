"""Held money on Stripe's fake through the house, from paid to paid out; and what goes wrong."""

import pytest

from app.extensions import reading
from app.kit.money import Money
from app.models import Payout
from app.services import payouts
from app.services.ledger import verify
from tests import world
from tests.escrow import amounts, ask, balances, escrow
from tests.flows.stripe_sellers import held, release, there

TRANSFER, REVERSAL = "POST /v1/transfers$", "POST /v1/transfers/*/reversals$"
PAYOUT = "POST /v1/payouts$"


def differences(shop, order) -> list:
    with shop.inside():
        report = verify.run(only=order["orderId"])
    assert report.unanswered == []
    return report.differences


def refund(shop, order, amount=None):
    answer = shop.refund(order, amount)
    world.run_tasks(shop.app)
    return answer


def test_the_whole_way_of_held_money(stripe_shop):
    shop, stripe = stripe_shop, stripe_shop.stripe
    order = held(shop)
    seller, (charge,) = there(shop), stripe.charges()
    assert charge["transfer_group"] == order["orderId"]

    release(shop, order, 60)
    assert amounts(shop, order) == (4_000, 5_400, 600, 0)
    assert stripe.balance(seller) == 5_400

    refund(shop, order, 70)  # the 40 that are held, and 30 of what the seller has
    assert amounts(shop, order) == (0, 2_700, 300, 7_000)
    assert [one["amount"] for one in stripe.reversals()] == [2_700]
    assert [one["amount"] for one in stripe.refunds()] == [7_000]
    assert stripe.balance(seller) == 2_700
    assert stripe.balance(charge["account"]) == 300  # the fee

    made = stripe.pay_out(seller, 2_700)
    stripe.finish_payout(made["id"])
    shop.tell_all()
    assert stripe.balance(seller) == 0
    assert shop.see(order)["status"] == "partially_refunded"
    assert shop.see(order)["attention"] is None
    assert differences(shop, order) == []


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_release_without_an_answer_ends_as_one_transfer(stripe_shop, later, lost):
    order = held(stripe_shop)
    if lost == "answer":
        stripe_shop.stripe.drop_after_commit(TRANSFER)
    else:
        stripe_shop.stripe.fail_next(TRANSFER, 503)
    assert release(stripe_shop, order)["releases"][0]["status"] == "unknown"
    assert amounts(stripe_shop, order) == (10_000, 0, 0, 0)
    assert ask(stripe_shop, order, "release").json["code"] == "escrow_busy"
    later(120)
    world.run_tasks(stripe_shop.app)
    assert [one["amount"] for one in stripe_shop.stripe.transfers()] == [9_000]
    assert amounts(stripe_shop, order) == (0, 9_000, 1_000, 0)
    assert (escrow(stripe_shop, order)["status"], stripe_shop.see(order)["attention"]) == (
        "released",
        None,
    )
    assert differences(stripe_shop, order) == []


def test_keys_of_another_account_do_not_fail_a_transfer_that_was_made(stripe_shop, later):
    order = held(stripe_shop)
    stripe_shop.stripe.drop_after_commit(TRANSFER, times=2)
    release(stripe_shop, order)
    theirs = "sk_test_51AnotherAccountOfTheirs01"
    stripe_shop.stripe.account(theirs, id="acct_Theirs")
    world.connect_stripe(stripe_shop, key=theirs)
    later(120)
    world.run_tasks(stripe_shop.app)
    assert escrow(stripe_shop, order)["releases"][0]["status"] == "unknown"
    assert ask(stripe_shop, order, "release").json["code"] == "escrow_busy"
    world.connect_stripe(stripe_shop)
    later(86_400)
    world.run_tasks(stripe_shop.app)
    assert len(stripe_shop.stripe.transfers()) == 1
    assert amounts(stripe_shop, order) == (0, 9_000, 1_000, 0)


def test_a_transfer_is_found_long_after_stripe_has_forgotten_its_key(stripe_shop, later):
    order = held(stripe_shop)
    stripe_shop.stripe.drop_after_commit(TRANSFER)
    release(stripe_shop, order)
    stripe_shop.stripe._idempotency._entries.clear()
    later(2 * 86_400)
    world.run_tasks(stripe_shop.app)
    assert len(stripe_shop.stripe.transfers()) == 1
    assert amounts(stripe_shop, order) == (0, 9_000, 1_000, 0)


def test_a_reversal_without_an_answer_takes_back_once(stripe_shop, later):
    order = held(stripe_shop)
    release(stripe_shop, order)
    stripe_shop.stripe.drop_after_commit(REVERSAL)
    refund(stripe_shop, order, 50)
    assert stripe_shop.stripe.refunds() == []
    later(120)
    world.run_tasks(stripe_shop.app)
    world.run_tasks(stripe_shop.app)
    assert [one["amount"] for one in stripe_shop.stripe.reversals()] == [4_500]
    assert amounts(stripe_shop, order) == (0, 4_500, 500, 5_000)
    assert differences(stripe_shop, order) == []


def pay_out(shop, order, minor: int) -> Payout:
    """Ask for a payout of the order's seller; as it stands then."""
    found: list[Payout] = []
    with shop.inside():
        payouts.create(
            escrow(shop, order)["sellerId"],
            Money(minor, "USD"),
            actor="ada@example.com",
            render=lambda made: found.append(made) or {},
        )
    return found[0]


def seen(shop, payout: Payout) -> Payout:
    with shop.inside(), reading() as session:
        return session.get_one(Payout, payout.id)


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_payout_without_an_answer_is_sent_once_and_arrives(stripe_shop, later, lost):
    shop, stripe = stripe_shop, stripe_shop.stripe
    order = held(shop)
    release(shop, order)
    (stripe.drop_after_commit if lost == "answer" else stripe.drop_before_commit)(PAYOUT)
    asked = pay_out(shop, order, 5_000)
    assert (asked.status, asked.gateway_payout_id) == ("unknown", None)
    assert len(stripe.payouts()) == (1 if lost == "answer" else 0)
    stripe._idempotency._entries.clear()  # it is found by looking, not by asking again
    later(120)
    world.run_tasks(shop.app)
    (made,) = stripe.payouts()
    assert (made["amount"], made["metadata"]["payout_id"]) == (5_000, asked.id)
    now = seen(shop, asked)
    assert (now.status, now.gateway_payout_id, now.failure) == ("pending", made["id"], None)
    stripe.finish_payout(made["id"])
    shop.tell_all()
    assert (seen(shop, asked).status, len(stripe.payouts())) == ("paid", 1)
    assert stripe.balance(there(shop)) == 4_000
    assert differences(shop, order) == []


def test_a_reversal_that_fails_is_shown_and_the_refund_fails(stripe_shop):
    order = held(stripe_shop)
    release(stripe_shop, order)
    stripe_shop.stripe.pay_out(there(stripe_shop), 8_000)
    refund(stripe_shop, order, 50)
    seen = stripe_shop.see(order)
    assert (seen["attention"], seen["refundedAmount"]) == ("reversal_failed", 0)
    (failed,) = seen["refunds"]
    assert failed["status"] == "failed"
    assert "sufficient funds" in failed["failure"]
    assert (stripe_shop.stripe.reversals(), stripe_shop.stripe.refunds()) == ([], [])
    assert balances(stripe_shop, order).gateway == 0
    assert differences(stripe_shop, order) == []


def test_a_refused_release_stays_held_and_says_why(stripe_shop):
    order = held(stripe_shop)
    stripe_shop.stripe.restrict(there(stripe_shop), "external_account")  # and nobody told us
    made = release(stripe_shop, order)["releases"][0]
    assert made["status"] == "failed"
    assert "capabilities" in made["failure"]
    assert stripe_shop.see(order)["attention"] == "release_failed"
    assert amounts(stripe_shop, order) == (10_000, 0, 0, 0)


def test_a_seller_who_has_not_said_who_they_are_is_not_sold_for(stripe_shop):
    from tests.escrow import make_seller

    seller = make_seller(stripe_shop)
    answer = stripe_shop.create(20, escrow={"sellerId": seller})
    assert (answer.status_code, answer.json["code"]) == (400, "escrow_unavailable")
