"""What was really paid through Easypay, and what went back."""

from __future__ import annotations

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.easypay import snapshots
from app.kit.money import Money
from tests.adapters.gateways.easypay_at_hand import fake, gave_back, made, rig
from tests.adapters.gateways.rigs.easypay import ACCOUNT

__all__ = ["fake", "rig"]


@pytest.mark.parametrize("paid", [1, 1999, 2000, 2001, 123_456])
def test_a_reference_says_what_was_really_paid(rig, paid):
    created = made(rig, "multibanco")
    rig.pay(created.gateway_ref, paid)
    assert rig.adapter.retrieve_payment(created.gateway_ref).paid_minor == paid


def test_transactions_in_the_details_need_no_report(rig):
    created = made(rig, "multibanco")
    rig.pay(created.gateway_ref)
    values = [{"values": {"paid": "12.34"}}, {"type": "refund", "values": {"paid": "5"}}, "x"]
    rig.fake.single(created.gateway_ref).claimed = {"transactions": values}
    assert rig.adapter.retrieve_payment(created.gateway_ref).paid_minor == 1234
    assert rig.fake.calls("GET", "/2.0/report") == []


def test_an_account_that_may_not_read_the_report_is_paid_what_was_asked(rig):
    rig.fake.reports = False
    created = made(rig, "multibanco")
    rig.pay(created.gateway_ref)
    assert rig.adapter.retrieve_payment(created.gateway_ref).paid_minor == 2000


def test_a_report_that_does_not_answer_leaves_it_open(rig):
    created = made(rig, "multibanco")
    rig.pay(created.gateway_ref)
    rig.fake.fail_next("GET /2.0/report", 503, times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.retrieve_payment(created.gateway_ref)


def test_a_payment_is_found_behind_many_others_in_the_report(rig):
    for _ in range(201):
        rig.pay(made(rig, "multibanco").gateway_ref)
    last = made(rig, "multibanco").gateway_ref
    rig.pay(last, 777)
    assert rig.adapter.retrieve_payment(last).paid_minor == 777


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01 10:00:00", "2026-01-01T10:00:00+00:00"),
        ("2026-07-01 10:00:00", "2026-07-01T09:00:00+00:00"),
        ("2026-07-01 10:00", "2026-07-01T09:00:00+00:00"),
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00+00:00"),
        ("", None),
        (None, None),
        ("yesterday", None),
    ],
)
def test_times_without_a_zone_are_lisbons(text, moment):
    found = snapshots.moment(text)
    assert (found.isoformat() if found else None) == moment


@pytest.mark.parametrize("shows_keys", [True, False])
def test_a_refund_is_found_by_our_id_with_and_without_keys_in_the_capture(rig, shows_keys):
    rig.fake.shows_keys = shows_keys
    created = made(rig)
    rig.pay(created.gateway_ref)
    gave_back(rig, created, 300, "ref_a")
    second = gave_back(rig, created, 400, "ref_b")
    wanted = base.RefundRequest("ref_b", Money(400, "EUR"), "refund-ref_b")
    found = rig.adapter.find_refund(created.gateway_payment_id, wanted)
    assert found.gateway_refund_id == second.gateway_refund_id


def test_money_that_has_not_gone_back_yet_or_never_will_is_not_refunded(rig):
    created = made(rig)
    rig.pay(created.gateway_ref)
    refund = gave_back(rig, created)
    assert refund.status == "pending"
    assert rig.adapter.retrieve_payment(created.gateway_ref).refunded_minor == 0
    rig.fake.settle_refunds("failed")
    assert rig.adapter.retrieve_payment(created.gateway_ref).refunded_minor == 0
    assert rig.adapter.retrieve_refund(refund.gateway_refund_id).status == "failed"


def test_a_capture_that_is_refunded_without_a_list_went_back_whole():
    assert snapshots.refunded({"status": "refunded"}, 2000) == 2000
    assert snapshots.refunded({"status": "success", "refunds": []}, 2000) == 0


def test_a_passing_refusal_is_busy_and_the_next_try_has_the_next_key(rig):
    created = made(rig)
    rig.pay(created.gateway_ref)
    rig.fake.accounts[ACCOUNT].books.busy_refunds = 3
    for tries in (1, 2, 3):
        with pytest.raises(base.Busy, match="later"):
            gave_back(rig, created)
        fresh = [one for one in rig.fake.calls("POST", "/2.0/refund") if not one.replayed]
        assert len(fresh) == tries, "one question, however often it was refused before"
    assert gave_back(rig, created).status == "pending"
    assert gave_back(rig, created).status == "pending"
    assert len(rig.fake.single(created.gateway_ref).refunds) == 1
    keys = [one.headers["Idempotency-Key"] for one in rig.fake.calls("POST", "/2.0/refund")]
    assert max(map(len, keys)) <= 50


def test_a_definite_refusal_is_impossible_and_a_reference_has_words_of_its_own(rig):
    paid, reference = made(rig), made(rig, "multibanco")
    for one in (paid, reference):
        rig.pay(one.gateway_ref)
    with pytest.raises(base.Impossible, match="exceeds"):
        gave_back(rig, paid, 2001)
    with pytest.raises(base.Impossible, match="bank transfer"):
        gave_back(rig, reference, refund_id="ref_2")
    assert rig.adapter.can("multibanco").refund == "none"
    assert {rig.adapter.can(one).refund for one in ("mbway", "card")} == {"partial"}
