"""Taking the money once: whoever comes first, however PayPal answers."""

import threading

import pytest

from app.adapters.gateways import base
from app.kit.money import Money

FINAL = [
    "INSTRUMENT_DECLINED",
    "PAYER_ACTION_REQUIRED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    "TRANSACTION_REFUSED",
    "COMPLIANCE_VIOLATION",
    "PAYER_CANNOT_PAY",
    "DUPLICATE_INVOICE_ID",
    "PAYER_ACCOUNT_RESTRICTED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
]


def test_the_key_comes_from_the_payment_so_that_two_at_once_take_it_once(rig, approved):
    request, ref, _ = approved()
    found = []
    gate = rig.fake.hold("POST /v2/checkout/orders/*/capture$", times=2)
    threads = [
        threading.Thread(target=lambda: found.append(rig.adapter.complete_payment(ref, request)))
        for _ in range(2)
    ]
    for one in threads:
        one.start()
    gate.entered.wait(10)
    gate.release()
    for one in threads:
        one.join()
    calls = rig.fake.calls("POST", "/v2/checkout/orders/*/capture")
    assert {one.headers["PayPal-Request-Id"] for one in calls} == {f"capture-{request.payment_id}"}
    assert [one.status for one in found] == ["succeeded"] * 2
    assert found[0].gateway_payment_id == found[1].gateway_payment_id
    assert len(rig.fake.charges()) == 1


def test_a_capture_whose_answer_was_lost_is_taken_once(rig, approved):
    request, ref, _ = approved()
    rig.fake.drop_after_commit("POST /v2/checkout/orders/*/capture$", times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.complete_payment(ref, request)
    assert rig.adapter.retrieve_payment(ref).status == "succeeded"
    assert rig.adapter.complete_payment(ref, request).status == "succeeded"
    assert len(rig.fake.charges()) == 1


def test_an_order_captured_under_another_key_is_shown_as_it_is(rig, approved):
    request, ref, _ = approved()
    rig.adapter.complete_payment(ref, request)
    rig.fake._answers.clear()  # six hours later PayPal has forgotten the key
    assert rig.adapter.complete_payment(ref, request).status == "succeeded"
    assert len(rig.fake.charges()) == 1


def test_captured_already_but_not_shown_yet_is_not_a_decline(rig, approved):
    request, ref, _ = approved()
    rig.fake.fail_next("POST *capture$", 422, issue="ORDER_ALREADY_CAPTURED")
    with pytest.raises(base.Unavailable):
        rig.adapter.complete_payment(ref, request)


def test_an_order_that_is_not_approved_stays_pending(rig):
    request = rig.request("paypal")
    ref = rig.adapter.create_payment(request).gateway_ref
    found = rig.adapter.complete_payment(ref, request)
    assert (found.status, found.is_approved) == ("pending", False)


@pytest.mark.parametrize("issue", FINAL)
def test_what_is_refused_for_good_is_a_decline_and_takes_nothing(rig, approved, issue):
    request, ref, order_id = approved()
    rig.fake.refuse_capture(order_id, issue)
    with pytest.raises(base.Declined) as refused:
        rig.adapter.complete_payment(ref, request)
    assert refused.value.reason.startswith("PayPal: ")
    assert rig.charges() == []


@pytest.mark.parametrize(
    ("status", "issue"),
    [(422, "ORDER_COMPLETION_IN_PROGRESS"), (409, "PREVIOUS_REQUEST_IN_PROGRESS"), (409, "")],
)
def test_what_is_still_under_way_leaves_the_outcome_open(rig, approved, status, issue):
    request, ref, _ = approved()
    rig.fake.fail_next("POST *capture$", status, issue=issue)
    with pytest.raises(base.Unavailable):
        rig.adapter.complete_payment(ref, request)
    assert rig.adapter.complete_payment(ref, request).status == "succeeded"


@pytest.mark.parametrize("status", [402, 405, 406, 408, 410, 418])
def test_an_answer_that_is_no_refusal_of_paypals_leaves_the_outcome_open(rig, approved, status):
    request, ref, _ = approved()
    rig.fake.fail_next("POST *capture$", status, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.complete_payment(ref, request)


def test_a_refusal_is_not_believed_over_a_capture(rig, approved):
    request, ref, order_id = approved()
    rig.adapter.complete_payment(ref, request)
    rig.fake.fail_next("POST *capture$", 422, issue="DUPLICATE_INVOICE_ID")
    assert rig.adapter.complete_payment(ref, request).status == "succeeded"


@pytest.mark.parametrize(
    ("end", "status", "paid"), [("COMPLETED", "succeeded", 2000), ("DECLINED", "failed", 0)]
)
def test_a_pending_capture_is_processing_until_it_ends(rig, approved, end, status, paid):
    request, ref, order_id = approved()
    rig.fake.capture_as(order_id, "PENDING", "PENDING_REVIEW")
    now = rig.adapter.complete_payment(ref, request)
    assert (now.status, now.paid_minor) == ("processing", 0)
    assert now.failure == "PayPal is looking at the payment"
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(ref)
    rig.fake.settle_capture(order_id, end)
    now = rig.adapter.retrieve_payment(ref)
    assert (now.status, now.paid_minor) == (status, paid)


def test_a_declined_capture_of_a_completed_order_is_a_failure(rig, approved):
    request, ref, order_id = approved()
    rig.fake.capture_as(order_id, "DECLINED")
    assert rig.adapter.complete_payment(ref, request).status == "failed"
    assert rig.adapter.cancel_payment(ref).status == "failed"


def test_an_approval_that_paypal_took_back_is_cancelled(rig, approved):
    request, ref, order_id = approved()
    rig.fake.reverse_approval(order_id)
    assert rig.adapter.retrieve_payment(ref).status == "cancelled"
    assert rig.adapter.complete_payment(ref, request).status == "cancelled"


def test_cancelling_moves_nothing_at_paypal(rig, approved):
    _, ref, _ = approved()
    before = len(rig.fake.calls("POST", "/v2/"))
    assert rig.adapter.cancel_payment(ref).status == "cancelled"
    assert len(rig.fake.calls("POST", "/v2/")) == before
    assert rig.charges() == []


def test_another_amount_than_was_asked_for_is_told_as_it_is(rig, approved):
    request, ref, order_id = approved()
    rig.fake.charge_instead(order_id, "19.99")
    assert rig.adapter.complete_payment(ref, request).paid_minor == 1999
    request, ref, order_id = approved(money=Money(2000, "EUR"))
    rig.fake.charge_instead(order_id, "20.00", "USD")
    assert rig.adapter.complete_payment(ref, request).currency == "USD"
