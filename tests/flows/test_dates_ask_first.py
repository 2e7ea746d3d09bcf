"""Held money on its date: the gateway is asked about the payment and the seller before it goes."""

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.models import Hold, Seller, TimelineEntry
from tests import world
from tests.escrow import amounts, ask, escrow
from tests.flows.stripe_sellers import held, release, there

DAY = 86_400
INTENT, TRANSFER = "GET /v1/payment_intents/*", "POST /v1/transfers$"


def hold_of(shop, order) -> Hold:
    with shop.inside(), reading() as session:
        return session.scalars(select(Hold).where(Hold.order_id == order["orderId"])).one()


def seller_of(shop) -> Seller:
    with shop.inside(), reading() as session:
        return session.scalars(select(Seller)).one()


def kinds(shop, order) -> list[str]:
    with shop.inside(), reading() as session:
        query = select(TimelineEntry.kind).where(TimelineEntry.order_id == order["orderId"])
        return list(session.scalars(query.order_by(TimelineEntry.id)))


def sweep(shop) -> None:
    world.sweep_and_run(shop.app)
    world.run_tasks(shop.app)


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
def test_money_that_a_bank_contests_unheard_is_not_freed_on_its_date(stripe_shop, later, status):
    order = held(stripe_shop, releaseAfterDays=7)
    stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order), status=status)  # nobody tells us
    later(7 * DAY + 60)
    sweep(stripe_shop)
    assert (stripe_shop.stripe.transfers(), escrow(stripe_shop, order)["releases"]) == ([], [])
    assert escrow(stripe_shop, order)["disputeReason"] == "chargeback"
    assert stripe_shop.see(order)["attention"] == "chargeback"


def test_what_a_bank_took_for_good_unheard_is_not_freed_on_its_date(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order), 7_000)
    stripe_shop.stripe.close_dispute(made["id"], "lost")
    later(7 * DAY + 60)
    sweep(stripe_shop)
    assert stripe_shop.stripe.transfers() == []
    assert amounts(stripe_shop, order)[0] == 3_000  # of the rest a person decides


def test_without_an_answer_the_date_waits_and_says_so_and_is_tried_again(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    later(7 * DAY + 60)
    stripe_shop.stripe.fail_next(INTENT, 503, times=20)
    sweep(stripe_shop)
    sweep(stripe_shop)
    waiting = hold_of(stripe_shop, order)
    assert (waiting.is_overdue, escrow(stripe_shop, order)["releases"]) == (True, [])
    assert waiting.held_up
    assert waiting.next_check_at > waiting.release_at
    assert kinds(stripe_shop, order).count("escrow.date_waits") == 1
    stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order))
    stripe_shop.stripe.clear_faults()
    later(3_700)
    sweep(stripe_shop)
    assert stripe_shop.stripe.transfers() == []
    assert (hold_of(stripe_shop, order).held_up, hold_of(stripe_shop, order).status) == (
        None,
        "disputed",
    )


def test_a_gateway_that_cannot_be_reached_for_days_is_somebodys_matter(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    stripe_shop.stripe.fail_next(INTENT, 503, times=99)
    later(7 * DAY + 60)
    sweep(stripe_shop)
    assert stripe_shop.see(order)["attention"] is None
    later(3 * DAY)
    sweep(stripe_shop)
    assert stripe_shop.see(order)["attention"] == "payment_unknown"


def test_a_date_that_waited_for_an_answer_frees_the_money_with_it(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    later(7 * DAY + 60)
    stripe_shop.stripe.fail_next(INTENT, 503, times=4)
    sweep(stripe_shop)
    stripe_shop.stripe.clear_faults()
    later(3_700)
    sweep(stripe_shop)
    assert amounts(stripe_shop, order) == (0, 9_000, 1_000, 0)
    assert hold_of(stripe_shop, order).held_up is None


def test_keys_that_are_refused_on_the_date_need_a_person(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    later(7 * DAY + 60)
    stripe_shop.stripe.fail_next(INTENT, 401, times=4)
    sweep(stripe_shop)
    assert stripe_shop.see(order)["attention"] == "gateway_misconfigured"


def test_a_release_that_somebody_asks_for_stops_at_a_dispute_nobody_told_us_of(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order))
    (made,) = release(stripe_shop, order)["releases"]
    assert (made["status"], stripe_shop.stripe.transfers()) == ("failed", [])
    world.run_tasks(stripe_shop.app)
    assert stripe_shop.see(order)["attention"] == "chargeback"
    assert ask(stripe_shop, order, "release").json["code"] == "chargeback_open"


def test_a_release_goes_out_after_a_dispute_that_was_won(stripe_shop):
    order = held(stripe_shop)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order))
    stripe_shop.stripe.close_dispute(made["id"], "won")
    assert release(stripe_shop, order)["status"] == "released"


def test_a_date_refused_for_a_seller_who_is_not_ready_is_tried_again_daily(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    stripe_shop.stripe.restrict(there(stripe_shop), "external_account")  # and nobody told us
    later(7 * DAY + 60)
    sweep(stripe_shop)
    (failed,) = escrow(stripe_shop, order)["releases"]
    assert (failed["status"], amounts(stripe_shop, order)[0]) == ("failed", 10_000)
    assert stripe_shop.see(order)["attention"] is None
    assert hold_of(stripe_shop, order).is_overdue
    assert seller_of(stripe_shop).status == "restricted"
    later(DAY + 60)
    sweep(stripe_shop)
    assert len(escrow(stripe_shop, order)["releases"]) == 1
    stripe_shop.stripe.onboard(there(stripe_shop))  # nor of this
    later(DAY + 60)
    sweep(stripe_shop)
    later(DAY + 60)
    sweep(stripe_shop)
    assert amounts(stripe_shop, order) == (0, 9_000, 1_000, 0)


def test_a_date_refused_for_anything_else_is_forgotten(stripe_shop, later):
    order = held(stripe_shop, releaseAfterDays=7)
    later(7 * DAY + 60)
    stripe_shop.stripe.fail_next(TRANSFER, 400)
    sweep(stripe_shop)
    assert stripe_shop.see(order)["attention"] == "release_failed"
    assert escrow(stripe_shop, order)["releaseAt"] is None


def test_who_is_restricted_here_and_ready_there_is_asked_about_when_the_date_comes(
    stripe_shop, later
):
    order = held(stripe_shop, releaseAfterDays=7)
    with stripe_shop.inside(), transaction():
        db.session.scalars(select(Seller)).one().status = "restricted"
    later(7 * DAY + 60)
    sweep(stripe_shop)
    assert seller_of(stripe_shop).status == "ready"
    later(DAY + 60)
    sweep(stripe_shop)
    assert amounts(stripe_shop, order)[0] == 0
