"""Easypay's notifications, which nobody signs, and its refunds, which take their time."""

import json

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import InboundEvent, TimelineEntry
from tests import world
from tests.adapters.gateways.rigs.easypay import ACCOUNT, NOBODY
from tests.fakes import easypay_shapes as shapes
from tests.flows.easypay_shop import EasypayShop, easypay_shop, open_easypay_shop

__all__ = ["easypay_shop"]


def told_of(single, status: str = "success", **changes) -> dict:
    key = single.sent["capture"]["transaction_key"]
    return {**shapes.generic(single.id, key, "capture", status), **changes}


def paid(shop: EasypayShop, method: str = "mbway"):
    order, single = shop.start(method)
    shop.easypay.pay(single.id)
    shop.deliver()
    assert shop.see(order)["status"] == "paid"
    return order, single


@pytest.mark.parametrize("status", ["success", "failed"])
def test_a_forged_notification_changes_nothing(easypay_shop, told, status):
    order, single = easypay_shop.start("mbway")
    assert easypay_shop.post_hook(told_of(single, status)).status_code == 200
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "pending"
    assert told() == []


def test_a_flood_of_them_costs_two_questions(easypay_shop, time_machine):
    order, single = easypay_shop.start("mbway")
    time_machine.move_to(1_800_000_001, tick=False)
    before = len(easypay_shop.easypay.calls("GET", "/2.0/single"))
    for number in range(40):
        forged = told_of(single, "failed" if number % 2 else "success", date=str(number))
        assert easypay_shop.post_hook(forged).status_code == 200
    world.run_tasks(easypay_shop.app)
    time_machine.move_to(1_800_000_032, tick=False)
    world.run_tasks(easypay_shop.app)
    assert len(easypay_shop.easypay.calls("GET", "/2.0/single")) - before == 2
    assert easypay_shop.see(order)["status"] == "pending"


def test_what_easypay_would_not_send_is_refused(easypay_shop):
    order, single = easypay_shop.start("mbway")
    asked = len(easypay_shop.easypay.requests)
    for body in (b"", b"{}", b"[]", b"id=1", json.dumps(told_of(single, "paid")).encode()):
        response = easypay_shop.post_hook(body)
        assert (response.status_code, response.json["code"]) == (400, "invalid_signature")
    assert len(easypay_shop.easypay.requests) == asked


def test_the_true_one_comes_through_after_a_flood_of_forged_ones(easypay_shop, later):
    order, single = easypay_shop.start("mbway")
    for _ in range(5):
        easypay_shop.post_hook(told_of(single))
    world.run_tasks(easypay_shop.app)
    easypay_shop.easypay.pay(single.id)
    easypay_shop.deliver()
    later(31)
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "paid"


def test_our_key_beside_another_payments_id_pays_nothing(easypay_shop, later):
    """A customer who paid cheap knows that payment's id; the creation of this one was lost."""
    _, bought = paid(easypay_shop)
    order = easypay_shop.bill()
    easypay_shop.easypay.drop_after_commit("POST /2.0/single$", times=2)
    easypay_shop.choose(order, "mbway", phone="912345678")
    lost = easypay_shop.easypay.singles()[-1]
    assert easypay_shop.post_hook(told_of(lost, id=bought.id)).status_code == 200
    later(31)
    world.run_tasks(easypay_shop.app)
    seen = easypay_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("pending", None)


def test_news_of_others_are_thanked_and_dropped(easypay_shop):
    _, single = easypay_shop.start("mbway")
    other = open_easypay_shop(easypay_shop.app, easypay_shop.easypay, org="Mallory")
    for told, hook in (
        (told_of(single, key="theirs", id=NOBODY), easypay_shop.hook),
        (told_of(single, type="out_payment"), easypay_shop.hook),
        (told_of(single), other.hook),
    ):
        response = easypay_shop.post_hook(told, hook)
        assert response.status_code == 200
        assert response.json["outcome"] in {"unmatched", "ignored"}
    with easypay_shop.inside(), reading() as session:
        assert session.scalars(select(InboundEvent)).all() == []


def test_a_transaction_notification_is_a_hint_as_well(easypay_shop):
    order, single = easypay_shop.start("multibanco")
    easypay_shop.easypay.pay(single.id)
    easypay_shop.easypay.outbox.clear()
    key = single.sent["key"]
    values = {"requested": "20", "paid": "20", "fixed_fee": "0"}
    inner = {"id": single.capture_id, "key": key, "type": "capture", "values": values}
    told = {"id": single.id, "value": "20", "currency": "EUR", "key": key, "method": "MB"}
    assert easypay_shop.post_hook({**told, "transaction": inner}).json["outcome"] == "stored"
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "paid"


def test_a_chargeback_stands_on_the_timeline_and_leaves_the_order_paid(easypay_shop, later):
    order, single = paid(easypay_shop)
    later(31)
    easypay_shop.post_hook(told_of(single, type="chargeback"))
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "paid"
    with easypay_shop.inside(), reading() as session:
        kinds = session.scalars(select(TimelineEntry.kind)).all()
    assert "gateway.chargeback" in kinds


def test_a_claim_of_a_chargeback_is_kept_whatever_came_before_it_once_and_as_a_claim(
    easypay_shop, time_machine
):
    order, single = paid(easypay_shop)
    time_machine.move_to("2027-03-01T12:00:01+00:00", tick=False)
    for kind in ("capture", "capture", "capture", *["chargeback"] * 5):
        told = told_of(single, type=kind)
        assert easypay_shop.post_hook(told).status_code == 200
    world.run_tasks(easypay_shop.app)
    with easypay_shop.inside(), reading() as session:
        claims = session.scalars(
            select(TimelineEntry).where(TimelineEntry.kind == "gateway.chargeback")
        ).all()
    assert len(claims) == 1
    assert "unsigned call" in claims[0].data["note"]


@pytest.mark.parametrize("key", ["\x00", "\ud800", "pay_\x00"])
def test_what_no_database_could_hold_is_refused(easypay_shop, key):
    order, single = easypay_shop.start("mbway")
    assert easypay_shop.post_hook(told_of(single, key=key)).status_code == 400


def test_a_refund_waits_until_easypay_says_how_it_ended(easypay_shop, told, later):
    order, single = paid(easypay_shop)
    assert easypay_shop.refund(order, 5).json["status"] == "pending"
    assert easypay_shop.see(order)["refundedAmount"] == 0
    later(31)
    easypay_shop.easypay.settle_refunds()
    easypay_shop.deliver()
    later(61)
    world.run_tasks(easypay_shop.app)
    seen = easypay_shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 5)
    (made,) = single.refunds
    assert made.key.startswith("ref_")
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_a_refund_that_fails_there_gives_the_money_free_again(easypay_shop, later):
    order, _ = paid(easypay_shop)
    easypay_shop.refund(order, 20)
    easypay_shop.easypay.settle_refunds("failed")
    later(61)
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["refundedAmount"] == 0
    assert easypay_shop.refund(order, 20).json["status"] == "pending"


def test_a_refund_refused_for_the_moment_is_asked_for_again_and_made_once(easypay_shop, later):
    order, single = paid(easypay_shop)
    easypay_shop.easypay.accounts[ACCOUNT].books.busy_refunds = 3
    easypay_shop.refund(order, 20)
    for seconds in (31, 6, 16):
        assert single.refunds == []
        later(seconds)
        world.run_tasks(easypay_shop.app)
    (made,) = single.refunds
    easypay_shop.easypay.settle_refunds()
    later(3600)
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "refunded"
    assert made.cents == 2000


def test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice(easypay_shop, later):
    order, single = paid(easypay_shop)
    easypay_shop.easypay.drop_after_commit("POST /2.0/refund/*", times=2)
    easypay_shop.refund(order, 20)
    easypay_shop.easypay.settle_refunds()
    later(31)
    world.run_tasks(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "refunded"
    assert len(single.refunds) == 1


def test_a_reference_cannot_be_refunded_and_the_merchant_hears_why(easypay_shop):
    order, single = paid(easypay_shop, "multibanco")
    answer = easypay_shop.refund(order).json
    assert answer["status"] == "failed"
    assert single.refunds == []
    assert easypay_shop.see(order)["status"] == "paid"
