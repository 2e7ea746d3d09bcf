"""Which payment an event is about, by each of the ways PayPal names it."""

import pytest

from app.adapters.gateways.paypal.events import EVENTS
from tests.adapters.gateways.rigs.paypal import WEBHOOK_ID, order_of

UP = {"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/CAP9", "method": "GET"}
UNITS = [{"custom_id": "pay_1", "invoice_id": "pay_1"}]


def read(rig, type_: str, **resource):
    from app.adapters.gateways import base

    event = {"id": "WH-1", "event_type": type_, "resource": resource}
    body, headers = rig.fake.sign(event, WEBHOOK_ID)
    return rig.adapter.read_event(
        base.InboundCall(body, {name.lower(): value for name, value in headers.items()})
    )


@pytest.mark.parametrize(
    ("type_", "resource", "reference", "gateway_ref", "money_id"),
    [
        ("CHECKOUT.ORDER.APPROVED", {"id": "O1", "purchase_units": UNITS}, "pay_1", None, None),
        ("CHECKOUT.ORDER.COMPLETED", {"id": "O1", "purchase_units": UNITS}, "pay_1", None, None),
        (
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
            {"order_id": "O1", "purchase_units": UNITS},
            "pay_1",
            None,
            None,
        ),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": "C1", "custom_id": "pay_1"}, "pay_1", None, "C1"),
        ("PAYMENT.CAPTURE.PENDING", {"id": "C1", "custom_id": "pay_1"}, "pay_1", None, "C1"),
        ("PAYMENT.CAPTURE.DENIED", {"id": "C1"}, None, None, "C1"),
        ("PAYMENT.CAPTURE.DECLINED", {"id": "C1"}, None, None, "C1"),
        ("PAYMENT.CAPTURE.REFUNDED", {"id": "R1", "links": [UP]}, None, "R1", "CAP9"),
        (
            "PAYMENT.CAPTURE.REFUNDED",
            {"id": "R1", "custom_id": "ref_1", "links": [UP]},
            "ref_1",
            "R1",
            "CAP9",
        ),
        ("PAYMENT.CAPTURE.REVERSED", {"id": "R1", "links": [UP]}, None, "R1", "CAP9"),
        ("PAYMENT.CAPTURE.REFUNDED", {"id": "R1"}, None, "R1", None),
        (
            "CUSTOMER.DISPUTE.CREATED",
            {"dispute_id": "PP-D-1", "disputed_transactions": [{"seller_transaction_id": "C1"}]},
            None,
            None,
            "C1",
        ),
        ("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": "C1"}, None, None, None),
        ("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": ["C1"]}, None, None, None),
        ("CHECKOUT.ORDER.APPROVED", {"purchase_units": "x"}, None, None, None),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": 1, "custom_id": 2}, None, None, None),
    ],
)
def test_an_event_names_its_payment(rig, type_, resource, reference, gateway_ref, money_id):
    found = read(rig, type_, **resource)
    assert (found.reference, found.gateway_ref, found.gateway_payment_id) == (
        reference,
        gateway_ref,
        money_id,
    )
    assert found.is_relevant and found.is_proven
    assert found.snapshot is None, "what happened is what PayPal answers now"


@pytest.mark.parametrize(
    ("type_", "details", "note"),
    [
        ("PAYMENT.CAPTURE.PENDING", {"reason": "ECHECK"}, "waits for the customer's bank"),
        ("PAYMENT.CAPTURE.DENIED", None, "denied"),
        ("PAYMENT.CAPTURE.REVERSED", None, "took the money back"),
        ("CUSTOMER.DISPUTE.CREATED", None, "dispute"),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", None, "lapsed"),
    ],
)
def test_what_the_state_does_not_show_is_noted(rig, type_, details, note):
    assert note in read(rig, type_, id="C1", status="DENIED", status_details=details).note


@pytest.mark.parametrize("type_", ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"])
def test_what_it_shows_is_not(rig, type_):
    assert read(rig, type_, id="C1").note is None


def test_other_events_are_proven_and_put_aside(rig):
    assert not read(rig, "BILLING.PLAN.CREATED", id="P1").is_relevant
    assert not read(rig, "CHECKOUT.ORDER.SAVED", id="O1").is_relevant


def test_every_event_the_company_makes_is_understood(rig, captured):
    from app.adapters.gateways import base
    from app.kit.money import Money

    request, ref, order_id, paid = captured()
    rig.adapter.refund_payment(
        paid.gateway_payment_id, base.RefundRequest("ref_1", Money(500, "USD"), "refund-ref_1")
    )
    types = [one["event_type"] for one in rig.fake.world.events]
    assert types == [
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
    ]
    assert set(types) <= set(EVENTS)
    for event in rig.fake.world.events:
        body, headers = rig.fake.sign(event, WEBHOOK_ID)
        named = {name.lower(): value for name, value in headers.items()}
        found = rig.adapter.read_event(base.InboundCall(body, named))
        ours = (found.reference, found.gateway_payment_id)
        assert request.payment_id in ours or paid.gateway_payment_id in ours
    assert order_of(ref) == order_id
