"""How an order stands, by what PayPal shows of it; forgotten orders, and other people's."""

from datetime import timedelta

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import snapshots
from app.adapters.gateways.paypal.refs import LIFE, Ref, read
from app.kit import clock
from tests.adapters.gateways.rigs.paypal import CLIENT_ID

ID = "5O190127TN364715T"


def shown(status: str, *captures: dict, refunds=()) -> base.Snapshot:
    unit = {"payee": {"merchant_id": "M1"}, "payments": {"captures": list(captures)}}
    unit["payments"]["refunds"] = list(refunds)
    order = {"id": ID, "status": status, "purchase_units": [unit]}
    return snapshots.of_order(order, ref="r", test_mode=True)


def money(status: str, value: str = "20.00", **more) -> dict:
    amount = {"currency_code": "USD", "value": value}
    moment = "2026-01-01T00:00:00-07:00"
    return {"id": "CAP1", "status": status, "amount": amount, "create_time": moment, **more}


@pytest.mark.parametrize(
    ("order", "status", "is_approved"),
    [
        ("CREATED", "pending", False),
        ("SAVED", "pending", False),
        ("PAYER_ACTION_REQUIRED", "pending", False),
        ("APPROVED", "pending", True),
        ("VOIDED", "cancelled", False),
        ("COMPLETED", "processing", False),
        ("SOMETHING_NEW", "pending", False),
    ],
)
def test_an_order_without_a_capture(order, status, is_approved):
    found = shown(order)
    assert (found.status, found.is_approved, found.paid_minor) == (status, is_approved, 0)
    assert found.account == "M1"


@pytest.mark.parametrize(
    ("capture", "status", "paid", "refunded"),
    [
        ("COMPLETED", "succeeded", 2000, 0),
        ("PARTIALLY_REFUNDED", "succeeded", 2000, 500),
        ("REFUNDED", "succeeded", 2000, 2000),
        ("PENDING", "processing", 0, 0),
        ("DECLINED", "failed", 0, 0),
        ("FAILED", "failed", 0, 0),
        ("SOMETHING_NEW", "processing", 0, 0),
    ],
)
def test_a_completed_order_is_what_its_capture_says(capture, status, paid, refunded):
    refunds = [money("COMPLETED", "5.00"), money("PENDING", "3.00"), money("FAILED", "2.00")]
    refunds = refunds if capture == "PARTIALLY_REFUNDED" else []
    found = shown("COMPLETED", money(capture), refunds=refunds)
    assert (found.status, found.paid_minor, found.refunded_minor) == (status, paid, refunded)
    assert (found.currency, found.gateway_payment_id) == ("USD", "CAP1")
    assert (found.paid_at is not None) is (status == "succeeded")
    assert (found.failure is None) is (status == "succeeded")


def test_a_failed_capture_beside_a_paid_one_does_not_count():
    failed, paid = {**money("DECLINED"), "id": "CAP0"}, money("COMPLETED")
    assert shown("COMPLETED", failed, paid).gateway_payment_id == "CAP1"
    assert shown("APPROVED", failed).is_approved


def test_why_money_waits_is_said():
    reason = {"reason": "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION"}
    found = shown("COMPLETED", money("PENDING", status_details=reason))
    assert found.failure == "accept the payment in your PayPal account"
    found = shown(
        "COMPLETED", money("PENDING", status_details={"reason": "INTERNATIONAL_WITHDRAWAL"})
    )
    assert found.failure == "PayPal: international withdrawal"


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"", b"null", b'{"status":"COMPLETED"}', b'{"status":1,"purchase_units":[{}]}',
     b'{"status":"COMPLETED","purchase_units":{}}',
     b'{"status":"COMPLETED","purchase_units":[{"payments":{"captures":[{"id":"C","status":"COMPLETED"}]}}]}'],
)  # fmt: skip
def test_what_is_no_order_says_nothing(rig, body):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    rig.fake.fail_next("GET /v2/checkout/orders", 200, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.retrieve_payment(ref)


def test_the_account_that_is_paid_is_told(captured):
    *_, paid = captured()
    assert paid.account == "MERCHANT2222A"


# --- orders PayPal does not know


def test_an_order_that_nobody_approved_in_time_is_forgotten_there_and_expired_here(
    rig, time_machine
):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    time_machine.move_to(clock.now() + LIFE + timedelta(seconds=2))
    assert rig.adapter.retrieve_payment(ref).status == "expired"
    assert rig.adapter.cancel_payment(ref).status == "expired"
    with pytest.raises(Exception, match="order"):
        rig.pay(ref)


def test_a_young_order_that_is_not_found_is_missing_and_not_expired(rig):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(str(Ref.of(ID, clock.now(), CLIENT_ID)))


def test_an_old_order_of_another_app_is_missing_and_not_expired(rig):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(str(Ref.of(ID, clock.now() - LIFE * 9, "another app")))


@pytest.mark.parametrize(
    "ref", ["", "nothing", ID, f"{ID}:1:zzzzzzzz", f"{ID}/../x:1:00000000", f"{ID}:1:00000000\n"]
)
def test_a_reference_that_is_none_of_ours_is_not_asked_about(rig, ref):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(ref)
    assert rig.fake.requests == []


def test_a_reference_holds_what_is_needed_to_ask_again(rig):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    assert len(ref) < 70
    assert str(read(ref)) == ref
    assert CLIENT_ID not in ref
