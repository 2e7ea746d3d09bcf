"""Money that the gateway took after our expiry: the provider's policy decides."""

import pytest

from app.adapters.gateways.base import Snapshot
from app.extensions import transaction
from app.models import Provider
from app.services import orders
from tests import world
from tests.escrow import make_seller


def set_policy(shop, policy: str) -> None:
    with shop.inside(), transaction():
        from app.extensions import db

        db.session.get_one(Provider, shop.provider_id).late_policy = policy


@pytest.mark.parametrize(
    ("policy", "status", "refunds"),
    [("accept", "paid", 0), ("refund", "expired", 1), ("hold", "expired", 0)],
)
def test_late_money_follows_the_providers_policy(app, shop, policy, status, refunds):
    set_policy(shop, policy)
    order = shop.order(20, metadata={"scenario": "late"})
    shop.pay(order)
    world.run_tasks(app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == (status, "paid_late")
    assert [one["cause"] for one in seen["refunds"]] == ["late"] * refunds


@pytest.mark.parametrize(
    ("policy", "status", "refunds"),
    [("accept", "paid", 0), ("refund", "expired", 1), ("hold", "expired", 0)],
)
def test_money_that_was_under_way_at_the_deadline_may_still_be_late(
    app, shop, later, policy, status, refunds
):
    set_policy(shop, policy)
    order = shop.order(20, expiresIn=300, metadata={"scenario": "late"})
    shop.choose(order, "test")
    shop.press(order, "delay")
    world.run_tasks(app)
    assert shop.see(order)["status"] == "processing"
    later(301)
    world.sweep_and_run(app)
    world.run_tasks(app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == (status, "paid_late")
    assert [one["cause"] for one in seen["refunds"]] == ["late"] * refunds


def test_money_in_time_that_we_hear_of_late_is_not_late(app, shop, later):
    order = shop.order(20, expiresIn=300, metadata={"scenario": "lost_webhook"})
    shop.choose(order, "test")
    shop.press(order, "pay")
    later(301)
    world.sweep_and_run(app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)


def test_an_order_whose_time_is_over_is_not_paid_any_more(app, shop, later):
    order = shop.order(20, expiresIn=300)
    later(301)
    response = shop.choose(order, "test")
    assert response.location.endswith(f"/checkout/o/{order['token']}")
    assert shop.see(order)["status"] == "expired"


def test_a_bank_that_takes_late_money_which_is_held_for_nobody_is_told(app, shop):
    set_policy(shop, "hold")
    escrow = {"sellerId": make_seller(shop), "feePercent": "10"}
    order = shop.order(20, escrow=escrow, metadata={"scenario": "late"})
    shop.pay(order)
    (payment,) = shop.see(order)["payments"]
    with shop.inside():
        said = Snapshot(
            "succeeded",
            paid_minor=2000,
            currency="USD",
            test_mode=True,
            taken_minor=2000,
            is_contested=True,
        )
        orders.settle(payment["paymentId"], said)
    assert shop.see(order)["attention"] == "chargeback"
