"""Money given back by the capture's id: whole, in parts, late, never."""

import dataclasses

import pytest

from app.adapters.gateways import base
from app.kit.money import Money

REFUSED = [
    "REFUND_TIME_LIMIT_EXCEEDED",
    "PARTIAL_REFUND_NOT_ALLOWED",
    "REFUND_FAILED_INSUFFICIENT_FUNDS",
    "REFUND_NOT_ALLOWED",
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED",
    "TRANSACTION_DISPUTED",
    "PAYEE_ACCOUNT_RESTRICTED",
]


def refund(minor: int, name: str = "ref_1", currency: str = "USD", **more) -> base.RefundRequest:
    return base.RefundRequest(name, Money(minor, currency), f"refund-{name}", **more)


def test_a_refund_is_an_exact_amount_under_its_own_key(rig, captured):
    *_, paid = captured()
    made = rig.adapter.refund_payment(paid.gateway_payment_id, refund(500, reason="fraud?"))
    assert made.status == "succeeded"
    (call,) = rig.fake.calls("POST", "/v2/payments/captures/*/refund")
    assert call.headers["PayPal-Request-Id"] == "refund-ref_1"
    assert call.params == {
        "amount": {"currency_code": "USD", "value": "5.00"},
        "custom_id": "ref_1",
    }, "the reason is not for the customer"


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("COMPLETED", "succeeded"),
        ("PENDING", "pending"),
        ("FAILED", "failed"),
        ("CANCELLED", "failed"),
    ],
)
def test_how_a_refund_stands(rig, captured, mode, status):
    _, ref, _, paid = captured()
    rig.fake.refunds.mode = mode
    made = rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    assert made.status == status
    assert rig.adapter.retrieve_refund(made.gateway_refund_id) == made
    counted = 500 if mode == "COMPLETED" else 0
    assert rig.adapter.retrieve_payment(ref).refunded_minor == counted
    assert bool(made.failure) is (status == "failed")


def test_a_pending_refund_counts_when_it_is_done(rig, captured):
    _, ref, _, paid = captured()
    rig.fake.refunds.mode = "PENDING"
    made = rig.adapter.refund_payment(paid.gateway_payment_id, refund(2000))
    rig.settle_refunds()
    assert rig.adapter.retrieve_refund(made.gateway_refund_id).status == "succeeded"
    now = rig.adapter.retrieve_payment(ref)
    assert (now.status, now.paid_minor, now.refunded_minor) == ("succeeded", 2000, 2000)


def test_a_refund_that_failed_after_all_is_said(rig, captured):
    *_, paid = captured()
    rig.fake.refunds.mode = "PENDING"
    made = rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    rig.fake.refunds.settle(made.gateway_refund_id, "FAILED")
    assert rig.adapter.retrieve_refund(made.gateway_refund_id).status == "failed"


@pytest.mark.parametrize("issue", REFUSED)
def test_what_paypal_refuses_is_said_to_the_merchant(rig, captured, issue):
    *_, paid = captured()
    rig.fake.refunds.refusal = issue
    with pytest.raises(base.Impossible) as refused:
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    assert " " in refused.value.reason
    assert rig.fake.all_refunds() == []


def test_more_than_is_left_and_what_has_not_arrived_are_refused(rig, captured, approved):
    *_, paid = captured()
    with pytest.raises(base.Impossible, match="more than is left"):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(2001, "ref_0"))
    rig.adapter.refund_payment(paid.gateway_payment_id, refund(2000))
    with pytest.raises(base.Impossible, match="given back already"):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(1, "ref_2"))
    request, ref, order_id = approved()
    rig.fake.capture_as(order_id, "PENDING", "ECHECK")
    waiting = rig.adapter.complete_payment(ref, request)
    with pytest.raises(base.Impossible, match="not arrived"):
        rig.adapter.refund_payment(waiting.gateway_payment_id, refund(1, "ref_3"))


def test_a_lost_answer_refunds_once(rig, captured):
    _, ref, _, paid = captured()
    rig.fake.drop_after_commit("POST /v2/payments/captures/*/refund$", times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    found = rig.adapter.find_refund(paid.gateway_payment_id, refund(500))
    again = rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    assert found == again
    assert rig.adapter.retrieve_payment(ref).refunded_minor == 500


def test_an_earlier_call_that_is_still_under_way_leaves_it_open(rig, captured):
    *_, paid = captured()
    rig.fake.fail_next("POST *refund$", 409, issue="PREVIOUS_REQUEST_IN_PROGRESS")
    with pytest.raises(base.Unavailable):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))


def test_a_refund_is_looked_for_by_the_capture_where_the_order_is_not_named(rig, captured):
    *_, order_id, paid = captured()
    rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    capture = rig.fake.world.captures[paid.gateway_payment_id].obj
    path = f"GET /v2/payments/captures/{paid.gateway_payment_id}$"
    rig.fake.fail_next(path, 200, body=dict(capture), stored=False)  # by its link up alone
    assert rig.adapter.find_refund(paid.gateway_payment_id, refund(500))
    rig.fake.fail_next(path, 200, body={"id": paid.gateway_payment_id}, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.find_refund(paid.gateway_payment_id, refund(500))


def test_refunds_of_others_are_not_taken_for_ours(rig, captured):
    _, ref, _, paid = captured()
    rig.fake.refunds.by_merchant(paid.gateway_payment_id, "7.00")
    assert rig.adapter.find_refund(paid.gateway_payment_id, refund(700)) is None
    assert rig.adapter.retrieve_payment(ref).refunded_minor == 700


@pytest.mark.parametrize("money_id", ["", "../refunds/x", "a b", "nothing"])
def test_an_id_that_is_none_of_paypals_does_not_go_into_a_path(rig, money_id):
    for call in (
        lambda: rig.adapter.refund_payment(money_id, refund(1)),
        lambda: rig.adapter.find_refund(money_id, refund(1)),
        lambda: rig.adapter.retrieve_refund(money_id),
    ):
        with pytest.raises(base.Missing):
            call()
    assert rig.fake.requests == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"id":"R1"}', b'{"status":"COMPLETED"}', b""])
def test_half_an_answer_to_a_refund_is_no_answer(rig, captured, body):
    *_, paid = captured()
    rig.fake.fail_next("POST *refund$", 201, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))


def test_a_key_that_refunded_something_else_is_no_refusal(rig, captured):
    *_, paid = captured()
    rig.adapter.refund_payment(paid.gateway_payment_id, refund(500))
    with pytest.raises(base.Unavailable, match="something else"):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund(400))
    assert len(rig.fake.all_refunds()) == 1


def test_another_currency_is_refused(rig, captured):
    *_, paid = captured()
    wrong = dataclasses.replace(refund(500), money=Money(500, "EUR"))
    with pytest.raises(base.Impossible):
        rig.adapter.refund_payment(paid.gateway_payment_id, wrong)
