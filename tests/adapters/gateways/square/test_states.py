"""How a payment stands at Square, told by its order and the payments of its tenders."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.square import snapshots
from app.kit import clock
from app.kit.money import Money
from tests.adapters.gateways.rigs.square import link_of


def order(state: str, *payments: str) -> dict:
    tenders = [{"id": one, "type": "CARD"} for one in payments]
    return {"id": "O1", "state": state, "location_id": "L1", "tenders": tenders}


def payment(status: str, minor: int = 2000, **more) -> dict:
    money = {"amount": minor, "currency": "USD"}
    return {"id": f"P{minor}", "status": status, "order_id": "O1", "total_money": money, **more}


@pytest.mark.parametrize("state", ["DRAFT", "OPEN", "COMPLETED", "CANCELED"])
@pytest.mark.parametrize(
    ("square", "ours"),
    [
        ("PENDING", "processing"),
        ("APPROVED", "processing"),
        ("COMPLETED", "succeeded"),
        ("SOMETHING_NEW", "processing"),
    ],
)
def test_a_payment_decides_whatever_state_its_order_is_in(state, square, ours):
    found = snapshots.of_order(order(state, "P2000"), [payment(square)])
    assert found.status == ours
    assert found.paid_minor == (2000 if ours == "succeeded" else 0)
    assert found.gateway_payment_id == ("P2000" if ours == "succeeded" else None)


@pytest.mark.parametrize(("square", "ours"), [("FAILED", "failed"), ("CANCELED", "cancelled")])
@pytest.mark.parametrize("state", ["DRAFT", "OPEN", "COMPLETED", "CANCELED", "SOMETHING_NEW"])
def test_a_failed_payment_ends_nothing_while_its_order_can_be_paid(state, square, ours):
    found = snapshots.of_order(order(state, "P2000"), [payment(square)])
    ends = state in {"COMPLETED", "CANCELED"}
    assert found.status == (ours if ends else "pending")
    assert bool(found.failure) == (found.status != "cancelled")


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("DRAFT", "pending"),
        ("OPEN", "pending"),
        ("CANCELED", "cancelled"),
        ("COMPLETED", "processing"),
        ("SOMETHING_NEW", "pending"),
    ],
)
def test_without_a_payment_the_order_decides(state, ours):
    assert snapshots.of_order(order(state), []).status == ours


@pytest.mark.parametrize(
    ("square", "ours"),
    [
        ("PENDING", "pending"),
        ("COMPLETED", "succeeded"),
        ("REJECTED", "failed"),
        ("FAILED", "failed"),
        ("SOMETHING_NEW", "pending"),
    ],
)
def test_refunds(square, ours):
    found = snapshots.of_refund({"id": "R1", "status": square})
    assert (found.gateway_refund_id, found.status) == ("R1", ours)
    assert bool(found.failure) is (ours == "failed")


@pytest.mark.parametrize("back", [0, 1, 1999, 2000])
def test_what_was_refunded_is_the_total_to_date(back):
    money = {"amount": back, "currency": "USD"} if back else None
    found = snapshots.of_order(order("OPEN", "P1"), [payment("COMPLETED", refunded_money=money)])
    assert (found.status, found.paid_minor, found.refunded_minor) == ("succeeded", 2000, back)


@pytest.mark.parametrize(
    ("statuses", "ours"),
    [
        (("COMPLETED", "COMPLETED"), "succeeded"),
        (("COMPLETED", "APPROVED"), "processing"),
        (("COMPLETED", "PENDING"), "processing"),
        (("FAILED", "COMPLETED"), "succeeded"),
        (("FAILED", "PENDING"), "processing"),
        (("FAILED", "CANCELED"), "pending"),
    ],
)
def test_of_several_payments_no_money_is_lost_and_none_counted_early(statuses, ours):
    both = [payment(statuses[0], 500), payment(statuses[1], 1500)]
    assert snapshots.of_order(order("OPEN", "P500", "P1500"), both).status == ours


def test_a_gift_card_and_a_card_are_one_payment_refunded_from_the_larger_part(rig, ref):
    rig.fake.pay_in_parts(link_of(ref), 500)
    found = rig.adapter.retrieve_payment(ref)
    assert (found.status, found.paid_minor) == ("succeeded", 2000)
    rig.adapter.refund_payment(
        found.gateway_payment_id, base.RefundRequest("ref_1", Money(1500, "USD"), "refund-ref_1")
    )
    rig.settle_refunds()
    assert rig.adapter.retrieve_payment(ref).refunded_minor == 1500


def test_half_of_it_is_not_all_of_it(rig, ref):
    """A part paid by gift card, then silence: Square says COMPLETED of the part."""
    with rig.fake.books.lock:
        part = rig.fake.books.pay(link_of(ref), "COMPLETED", "CARD", 500)
    assert part["status"] == "COMPLETED"
    assert rig.adapter.retrieve_payment(ref).paid_minor == 500, "the house holds what differs"


def test_a_payment_of_another_order_does_not_count(rig, ref):
    rig.pay(ref)
    (paid,) = rig.fake.ledger("payment")
    rig.fake.tamper("payment", paid["id"], order_id="SOMEBODYELSES")
    assert rig.adapter.retrieve_payment(ref).paid_minor == 0


def test_a_tip_is_told_since_nobody_asked_for_it(rig, ref):
    rig.pay(ref)
    (paid,) = rig.fake.ledger("payment")
    more = {"amount": 2300, "currency": "USD"}
    rig.fake.tamper("payment", paid["id"], tip_money={**more, "amount": 300}, total_money=more)
    assert rig.adapter.retrieve_payment(ref).paid_minor == 2300


def test_an_order_with_something_to_deliver_is_paid_though_it_stays_open(rig, ref):
    rig.pay(ref)
    assert rig.fake.ledger("order")[0]["state"] == "OPEN"
    found = rig.adapter.retrieve_payment(ref)
    assert found.status == "succeeded"
    assert (found.account, found.test_mode, found.gateway_ref) == ("L1", True, ref)
    assert abs((found.paid_at - clock.now()).total_seconds()) < 60


def test_a_tender_without_a_payment_id_has_the_payments_id(rig, ref):
    rig.pay(ref)
    (made,) = rig.fake.ledger("order")
    made["tenders"][0].pop("payment_id")
    rig.fake.tamper("order", made["id"], tenders=made["tenders"])
    assert rig.adapter.retrieve_payment(ref).status == "succeeded"


def test_until_it_is_paid_events_can_name_the_order_alone(rig, ref):
    rig.fake.pay(link_of(ref), status="APPROVED")
    found = rig.adapter.retrieve_payment(ref)
    assert (found.status, found.gateway_payment_id) == ("processing", None)


def test_a_card_declined_on_the_page_fails_nothing(rig, ref):
    rig.decline(ref)
    assert rig.adapter.retrieve_payment(ref).status == "pending"
    rig.pay(ref)
    assert rig.adapter.retrieve_payment(ref).status == "succeeded"


def test_a_bank_that_says_no_in_the_end_leaves_the_link_and_the_reason(rig, ref):
    made = rig.fake.pay(link_of(ref), status="PENDING")
    assert rig.adapter.retrieve_payment(ref).status == "processing"
    rig.fake.tamper("payment", made["id"], card_details={"errors": [{"detail": "No funds"}]})
    rig.fake.books.rows["payment"][made["id"]]["status"] = "FAILED"
    found = rig.adapter.retrieve_payment(ref)
    assert (found.status, found.failure) == ("pending", "No funds")
