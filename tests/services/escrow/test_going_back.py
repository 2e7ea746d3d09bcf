"""Refunds of held and of freed money; and what a gateway that does not answer leaves open."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.extensions import db, reading, transaction
from app.kit.money import Money
from app.models import Payment, SandboxPayment, SandboxReversal, SandboxTransfer
from app.services import orders, sweep
from app.services.orders import money_out
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.escrow import amounts, ask, at_the_sandbox, balances, escrow, held, lines, refund


def test_held_money_goes_back_by_a_plain_refund(shop):
    order = held(shop, 100)
    assert refund(shop, order, 30).json["status"] == "succeeded"
    assert amounts(shop, order) == (7_000, 0, 0, 3_000)
    assert at_the_sandbox(shop) == {payment_of(shop, order): (0, 3_000)}
    ask(shop, order, "release")
    assert amounts(shop, order) == (0, 6_300, 700, 3_000)
    assert escrow(shop, order)["status"] == "released"


def test_freed_money_is_fetched_back_before_it_is_refunded(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    asked = shop.refund(order, 70)
    assert asked.json["status"] == "requested"
    assert at_the_sandbox(shop) == {payment_of(shop, order): (5_400, 0)}
    world.run_tasks(shop.app)
    assert amounts(shop, order) == (0, 2_700, 300, 7_000)
    assert at_the_sandbox(shop) == {payment_of(shop, order): (2_700, 7_000)}
    assert lines(shop, order)[-3:] == [
        ("reversal", "seller", "held", 2_700),
        ("reversal", "fee", "held", 300),
        ("refund", "held", "refunded", 7_000),
    ]
    (back,) = escrow(shop, order)["reversals"]
    assert (back["amount"], back["sellerAmount"], back["status"]) == (30, 27, "succeeded")
    assert shop.see(order)["status"] == "partially_refunded"


def test_all_of_several_releases_can_be_fetched_back(shop):
    order = held(shop, "1.01", feePercent="33.33")
    for amount in ("0.01", "0.01", "0.50", "0.49"):
        assert ask(shop, order, "release", {"amount": amount}).status_code == 200
    refund(shop, order)
    assert amounts(shop, order) == (0, 0, 0, 101)
    assert at_the_sandbox(shop) == {payment_of(shop, order): (0, 101)}
    assert (escrow(shop, order)["status"], shop.see(order)["status"]) == ("refunded", "refunded")


def test_what_the_seller_does_not_have_any_more_fails_the_refund_for_all_to_see(shop):
    order = held(shop, 100)
    ask(shop, order, "release")
    pay_out(shop, order, 8_000)
    refund(shop, order, 50)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"], seen["refundedAmount"]) == (
        "paid",
        "reversal_failed",
        0,
    )
    (failed,) = seen["refunds"]
    assert failed["status"] == "failed"
    assert "does not hold that much" in failed["failure"]
    assert seen["escrow"]["reversals"][0]["status"] == "failed"
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)
    refund(shop, order, 10)
    assert amounts(shop, order) == (0, 8_100, 900, 1_000)


def test_what_comes_back_before_the_rest_fails_leaves_the_right_fee(shop):
    order = held(shop, 100)
    for _ in range(2):
        ask(shop, order, "release", {"amount": 50})
    pay_out(shop, order, 4_000)
    refund(shop, order)
    assert shop.see(order)["refunds"][0]["status"] == "failed"
    assert amounts(shop, order) == (5_000, 4_500, 500, 0)
    ask(shop, order, "release")
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)


def test_money_that_came_back_in_a_dispute_for_nothing_has_no_date_after_it(shop, monkeypatch):
    order = held(shop, 100, releaseAfterDays=14)
    ask(shop, order, "release", {"amount": 60})
    ask(shop, order, "dispute")
    monkeypatch.setattr(SandboxGateway, "refund_payment", refuse)
    refund(shop, order)
    assert (amounts(shop, order), escrow(shop, order)["status"]) == ((10_000, 0, 0, 0), "disputed")
    assert ask(shop, order, "resume").json["status"] == "held"
    assert escrow(shop, order)["releaseAt"] is None


def test_held_money_whose_refund_failed_is_not_released_by_its_date(shop, monkeypatch, later):
    order = held(shop, 100, releaseAfterDays=14)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxGateway, "refund_payment", refuse)
        refund(shop, order)
    seen = shop.see(order)
    assert (seen["attention"], seen["escrow"]["releaseAt"]) == ("refund_failed", None)
    later(15 * 86_400)
    with shop.app.app_context():
        sweep.sweep()
    world.run_serially(shop.app)
    assert amounts(shop, order) == (10_000, 0, 0, 0)


def test_a_release_on_its_date_that_fails_in_a_dispute_is_not_tried_after_it(
    shop, monkeypatch, later
):
    order = held(shop, 100, releaseAfterDays=14)
    later(14 * 86_400 + 60)
    with shop.app.app_context():
        sweep.sweep()
    monkeypatch.setattr(DatabaseSellers, "transfer", silent)
    world.run_serially(shop.app)
    ask(shop, order, "dispute")
    monkeypatch.setattr(DatabaseSellers, "transfer", refuse)
    later(60)
    world.run_serially(shop.app)
    ask(shop, order, "resume")
    seen = escrow(shop, order)
    assert (seen["status"], seen["releases"][0]["status"]) == ("held", "failed")
    assert seen["releaseAt"] is None


def test_while_money_is_fetched_back_nothing_else_moves(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    shop.refund(order, 50)
    for answer in (ask(shop, order, "release"), shop.refund(order, 10)):
        assert (answer.status_code, answer.json["code"]) == (409, "escrow_busy")


def test_money_set_aside_for_a_refund_is_not_released(shop, monkeypatch):
    order = held(shop, 100)
    monkeypatch.setattr(SandboxGateway, "refund_payment", silent)
    shop.refund(order, 30)
    answer = ask(shop, order, "release", {"amount": 71})
    assert (answer.status_code, answer.json["error"]) == (409, "Only USD 70.00 is left to release")
    assert ask(shop, order, "release").json["heldAmount"] == 30


def test_a_refund_made_elsewhere_of_freed_money_is_covered_and_shown(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    with shop.inside(), transaction():
        db.session.scalars(select(SandboxPayment)).one().refunded_minor = 7_000
    shop.see(order, sync=True)
    assert amounts(shop, order) == (0, 5_400, 600, 7_000)
    assert (balances(shop, order).gateway, balances(shop, order).total) == (-3_000, 0)
    assert shop.see(order)["attention"] == "escrow_uncovered"


def covered(shop) -> dict:
    """An order of which 60 were released and 70 refunded elsewhere: 30 were the merchant's."""
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    with shop.inside(), transaction():
        db.session.scalars(select(SandboxPayment)).one().refunded_minor = 7_000
    shop.see(order, sync=True)
    assert balances(shop, order).gateway == -3_000
    return order


def test_what_came_back_for_a_refund_that_failed_is_the_merchants_who_covered_it(shop, monkeypatch):
    order = covered(shop)
    monkeypatch.setattr(SandboxGateway, "refund_payment", refuse)
    refund(shop, order, 20)
    assert amounts(shop, order) == (0, 3_600, 400, 7_000)
    assert balances(shop, order).gateway == -1_000
    assert ask(shop, order, "release").json["code"] == "not_held"


def test_a_refund_that_is_counted_no_more_gives_the_merchant_what_they_covered(shop):
    order = covered(shop)
    payment_id = shop.see(order)["payments"][-1]["paymentId"]
    with shop.inside(), transaction():
        locked, payment = orders.lock(payment_id)
        money_out.take_back(locked, payment, 0)
    assert amounts(shop, order) == (4_000, 5_400, 600, 0)
    assert (balances(shop, order).gateway, escrow(shop, order)["status"]) == (0, "held")


# --- no answer


def silent(*_args):
    raise base.Unavailable("no answer")


def busy(*_args):
    raise base.Busy("too many requests")


def refuse(*_args):
    raise base.Impossible("the account is closed")


def after(method):
    """The gateway does it, and its answer is lost."""

    def done_but_unheard(*args):
        method(*args)
        raise base.Unavailable("no answer")

    return done_but_unheard


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_release_without_an_answer_ends_as_one_transfer(shop, monkeypatch, later, lost):
    order = held(shop, 100)
    with monkeypatch.context() as patch:
        how = after(DatabaseSellers.transfer) if lost == "answer" else silent
        patch.setattr(DatabaseSellers, "transfer", how)
        answer = ask(shop, order, "release")
    assert (answer.status_code, answer.json["releases"][0]["status"]) == (200, "unknown")
    assert shop.see(order)["attention"] == "release_unknown"
    assert amounts(shop, order)[0] == 10_000
    assert ask(shop, order, "release").json["code"] == "escrow_busy"
    later(120)
    world.run_tasks(shop.app)
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)
    assert (shop.see(order)["attention"], len(rows(shop, SandboxTransfer))) == (None, 1)


def test_a_release_that_was_never_asked_for_does_not_go_out_after_a_dispute(
    shop, monkeypatch, later
):
    order = held(shop, 100)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "transfer", busy)
        assert ask(shop, order, "release").json["releases"][0]["status"] == "requested"
    ask(shop, order, "dispute")
    later(120)
    world.run_serially(shop.app)
    (stopped,), status = escrow(shop, order)["releases"], escrow(shop, order)["status"]
    assert (stopped["status"], stopped["failure"]) == ("failed", "stopped by a dispute")
    assert (status, amounts(shop, order)) == ("disputed", (10_000, 0, 0, 0))
    assert rows(shop, SandboxTransfer) == []


def test_a_release_that_may_have_been_made_is_still_looked_for_in_a_dispute(
    shop, monkeypatch, later
):
    order = held(shop, 100)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "transfer", after(DatabaseSellers.transfer))
        ask(shop, order, "release", {"amount": 60})
    ask(shop, order, "dispute")
    later(120)
    world.run_serially(shop.app)
    assert escrow(shop, order)["releases"][0]["status"] == "succeeded"
    assert amounts(shop, order) == (4_000, 5_400, 600, 0)


def test_an_earlier_release_that_is_found_later_leaves_a_newer_dispute(shop, monkeypatch, later):
    order = held(shop, 100, releaseAfterDays=14)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "transfer", after(DatabaseSellers.transfer))
        ask(shop, order, "release", {"amount": 60})
    ask(shop, order, "dispute", {"reason": "broken"})
    later(120)
    world.run_serially(shop.app)
    found = escrow(shop, order)
    assert (found["status"], found["disputeReason"]) == ("disputed", "broken")
    assert (found["releases"][0]["status"], found["releaseAt"]) == ("succeeded", None)


def test_an_earlier_refund_that_is_found_later_leaves_a_newer_dispute(shop, monkeypatch, later):
    order = held(shop, 100, releaseAfterDays=14)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxGateway, "refund_payment", after(SandboxGateway.refund_payment))
        shop.refund(order, 30)
    ask(shop, order, "dispute")
    later(120)
    world.run_serially(shop.app)
    assert amounts(shop, order) == (7_000, 0, 0, 3_000)
    assert escrow(shop, order)["status"] == "disputed"
    refund(shop, order, 10)  # and this one is asked for in the dispute
    assert escrow(shop, order)["status"] == "held"


def test_a_refund_made_elsewhere_ends_no_dispute(shop):
    order = held(shop, 100, releaseAfterDays=14)
    ask(shop, order, "dispute")
    with shop.inside(), transaction():
        db.session.scalars(select(SandboxPayment)).one().refunded_minor = 3_000
    shop.see(order, sync=True)
    assert amounts(shop, order) == (7_000, 0, 0, 3_000)
    assert escrow(shop, order)["status"] == "disputed"


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_reversal_without_an_answer_takes_back_once(shop, monkeypatch, later, lost):
    order = held(shop, 100)
    ask(shop, order, "release")
    with monkeypatch.context() as patch:
        how = after(DatabaseSellers.reverse) if lost == "answer" else silent
        patch.setattr(DatabaseSellers, "reverse", how)
        refund(shop, order, 50)
    assert shop.see(order)["refunds"][0]["status"] == "requested"
    later(120)
    world.run_tasks(shop.app)
    world.run_tasks(shop.app)
    assert amounts(shop, order) == (0, 4_500, 500, 5_000)
    assert len(rows(shop, SandboxReversal)) == 1


def test_a_refused_release_is_held_as_before_and_shown(shop, monkeypatch):
    order = held(shop, 100)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "transfer", refuse)
        answer = ask(shop, order, "release")
    assert answer.json["releases"][0]["failure"] == "the account is closed"
    assert (shop.see(order)["attention"], answer.json["heldAmount"]) == ("release_failed", 100)
    assert ask(shop, order, "release").json["heldAmount"] == 0
    assert shop.see(order)["attention"] is None


def payment_of(shop, order) -> str:
    return shop.see(order)["payments"][-1]["gatewayPaymentId"]


def rows(shop, model):
    with shop.inside(), reading() as session:
        return session.scalars(select(model)).all()


def pay_out(shop, order, minor):
    """The seller takes their money at the sandbox."""
    with shop.inside():
        with reading() as session:
            seller_id = session.scalars(select(SandboxTransfer.seller_id)).first()
            assert session.scalars(select(Payment.id)).first()
        request = base.PayoutRequest("pyo_1", Money(minor, "USD"), "payout-pyo_1")
        SandboxGateway.sellers.pay_out(seller_id, request)
