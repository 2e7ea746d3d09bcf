"""Easypay's words for how things stand, and ours; what may have been made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.easypay import snapshots
from app.kit import clock
from app.kit.money import Money
from tests.adapters.gateways.easypay_at_hand import fake, made, rig
from tests.adapters.gateways.rigs.easypay import NOBODY

__all__ = ["fake", "rig"]


STATUSES = [
    # payment_status, capture, method, paid_at, ours
    ("pending", "pending", "pending", "", "pending"),
    ("pending", "waiting", "waiting", "", "pending"),
    ("active", "delayed", "active", "", "pending"),
    (None, "pending", "pending", "", "pending"),
    (None, "waiting", "active", "", "pending"),
    ("authorised", "pending", "active", "", "processing"),
    ("paid", "pending", "active", "", "succeeded"),
    ("paid", "success", "active", "2026-01-01 10:00:00", "succeeded"),
    (None, "success", "active", "2026-01-01 10:00:00", "succeeded"),
    (None, "success", "active", "", "succeeded"),
    (None, "pending", "active", "2026-01-01 10:00:00", "succeeded"),
    (None, "refunded", "active", "", "succeeded"),
    ("PAID", "SUCCESS", "ACTIVE", "", "succeeded"),
    ("failed", "pending", "pending", "", "failed"),
    ("error", "pending", "pending", "", "failed"),
    (None, "failed", "pending", "", "failed"),
    (None, "pending", "failed", "", "failed"),
    ("deleted", "pending", "pending", "", "cancelled"),
    ("voided", "pending", "pending", "", "cancelled"),
    (None, "pending", "deleted", "", "cancelled"),
    (None, "pending", "canceled", "", "cancelled"),
    ("a new word", "another", "tokenized", "", "pending"),
    (7, None, [], None, "pending"),
]


@pytest.mark.parametrize(("payment", "capture", "method", "paid_at", "ours"), STATUSES)
def test_their_words_and_ours(payment, capture, method, paid_at, ours):
    single = {"capture": {"status": capture}, "method": {"status": method}, "paid_at": paid_at}
    told = single if payment is None else {**single, "payment_status": payment}
    assert snapshots.status_of(told) == ours
    assert snapshots.status_of(single, payment) == ours, "from the list"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("waiting", "pending"),
        ("pending", "pending"),
        ("success", "succeeded"),
        ("failed", "failed"),
        ("soon", "pending"),
    ],
)
def test_words_of_refunds(theirs, ours):
    assert snapshots.of_refund({"id": "a", "status": theirs}).status == ours


def test_without_a_status_in_the_details_the_list_is_asked(rig):
    rig.fake.shows_status = False
    created = made(rig)
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "pending"
    assert len(rig.fake.calls("GET", "/2.0/single$")) == 1
    rig.fake.single(created.gateway_ref).status = "authorised"
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "processing"
    rig.fake.single(created.gateway_ref).status = "pending"
    rig.pay(created.gateway_ref)
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "succeeded"


@pytest.mark.parametrize("forgets", [True, False])
@pytest.mark.parametrize("shows", [True, False])
def test_a_deleted_payment_is_cancelled_however_it_is_told(rig, shows, forgets):
    rig.fake.shows_status, rig.fake.forgets_deleted = shows, forgets
    created = made(rig, "multibanco")
    for _ in range(3):
        assert rig.adapter.cancel_payment(created.gateway_ref).status == "cancelled"
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "cancelled"
    assert len(rig.fake.calls("DELETE", "/2.0/single")) == 1


def test_what_is_paid_while_it_is_being_deleted_wins(rig):
    created = made(rig)
    rig.fake.on_request.append(
        lambda method, path: rig.pay(created.gateway_ref) if method == "DELETE" else None
    )
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(created.gateway_ref)
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "succeeded"


def test_what_is_paid_although_it_was_deleted_wins(rig):
    created = made(rig)
    deleted = []

    def pay_after(method, path):
        deleted.append(method) if method == "DELETE" or deleted else None
        if deleted[1:] == ["GET"]:
            rig.fake.single(created.gateway_ref).status = "paid"

    rig.fake.on_request.append(pay_after)
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(created.gateway_ref)


@pytest.mark.parametrize("keeps_expired", [True, False])
def test_a_reference_that_has_run_out_is_over_even_if_it_cannot_be_deleted(
    rig, later, keeps_expired
):
    rig.fake.keeps_expired = keeps_expired
    created = made(rig, "multibanco", expires_at=clock.after(3600))
    later(3601)
    assert rig.adapter.cancel_payment(created.gateway_ref).status == "cancelled"


def test_a_reference_that_can_still_be_paid_and_is_not_deleted_is_not_over(rig):
    created = made(rig, "multibanco")
    rig.fake.fail_next("DELETE /2.0/single", 400)
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(created.gateway_ref)


def test_an_authorised_payment_is_not_deleted(rig):
    created = made(rig)
    rig.fake.single(created.gateway_ref).status = "authorised"
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(created.gateway_ref)
    assert rig.fake.calls("DELETE", "/2.0/single") == []


def test_the_worked_example_of_a_forged_success(rig):
    """A forged notification says success; what is asked decides."""
    created = made(rig, "multibanco", money=Money(1550, "EUR"))
    single = rig.fake.single(created.gateway_ref)
    assert rig.adapter.retrieve_payment(created.gateway_ref).status == "pending"
    single.claimed = {"value": 1.55}
    rig.pay(created.gateway_ref, 155)
    found = rig.adapter.retrieve_payment(created.gateway_ref)
    assert (found.status, found.paid_minor) == ("succeeded", 155)


def test_a_lost_creation_is_found_by_our_id_even_after_the_key_was_forgotten(rig, later):
    request = rig.request("multibanco")
    rig.drop_next_creation()
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(request)
    later(25 * 3600)
    found = rig.adapter.find_payment(request)
    assert found.gateway_ref == rig.fake.singles()[0].id
    assert found.action.reference == rig.fake.singles()[0].reference
    assert found.gateway_payment_id == rig.fake.singles()[0].capture_id
    assert len(rig.fake.singles()) == 1


def test_what_is_not_there_after_the_key_was_forgotten_was_never_made(rig):
    request = rig.request("multibanco", created_at=clock.now() - timedelta(hours=24))
    with pytest.raises(base.Declined):
        rig.adapter.find_payment(request)
    assert rig.fake.calls("POST", "/2.0/single") == []


def test_a_creation_that_failed_there_is_given_up_after_a_minute(rig, later):
    request = rig.request("mbway")
    rig.fake.fail_next("POST /2.0/single$", 500)
    for _ in range(2):
        with pytest.raises(base.Unavailable):
            rig.adapter.find_payment(request)
    later(61)
    with pytest.raises(base.Declined):
        rig.adapter.find_payment(request)
    assert rig.fake.singles() == []


def test_an_answer_without_its_reference_leaves_it_open(rig):
    rig.fake.fail_next("POST /2.0/single$", 201, stored=False, body={"id": NOBODY, "method": {}})
    with pytest.raises(base.Unavailable):
        made(rig, "multibanco")
