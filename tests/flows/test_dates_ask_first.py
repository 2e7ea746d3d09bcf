"""Held money on its date, and a gateway that does not do what the date says."""

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.models import Hold, Seller
from tests import world
from tests.escrow import amounts, escrow
from tests.flows.stripe_sellers import held, there

DAY = 86_400
TRANSFER = "POST /v1/transfers$"


def hold_of(shop, order) -> Hold:
    with shop.inside(), reading() as session:
        return session.scalars(select(Hold).where(Hold.order_id == order["orderId"])).one()


def seller_of(shop) -> Seller:
    with shop.inside(), reading() as session:
        return session.scalars(select(Seller)).one()


def sweep(shop) -> None:
    world.sweep_and_run(shop.app)
    world.run_tasks(shop.app)


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
