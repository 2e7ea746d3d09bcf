"""Stripe's signature, by an example that was computed by its own SDK."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.stripe import events

SECRET, SIGNED_AT = "whsec_gatehouse_test_secret", 1767225600
BODY = (
    b'{"id":"evt_test_1","object":"event","api_version":"2026-06-24.dahlia",'
    b'"created":1767225600,"livemode":false,"type":"payment_intent.succeeded",'
    b'"data":{"object":{"id":"pi_test_1","object":"payment_intent","amount":1000,'
    b'"amount_received":1000,"currency":"usd","status":"succeeded",'
    b'"metadata":{"order_id":"ord_1"}}}}'
)
RIGHT = "fd9e93a418038877d938fd6dec990228825f33077f4ccdf370ec9e06d7efc819"


def read(v1: str = RIGHT, at: int = SIGNED_AT, body: bytes = BODY) -> base.GatewayEvent:
    call = base.InboundCall(body=body, headers={"stripe-signature": f"t={at},v1={v1}"})
    return events.read(call, ["whsec_another", SECRET])


@pytest.fixture(autouse=True)
def then(time_machine):
    time_machine.move_to(SIGNED_AT, tick=False)


def test_the_worked_example_is_believed_with_any_live_secret():
    assert len(BODY) == 312
    event = read()
    assert (event.external_id, event.gateway_payment_id) == ("evt_test_1", "pi_test_1")
    assert read(f"{'0' * 64},v1={RIGHT}").external_id == "evt_test_1", "one of several counts"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_fine_and_a_second_more_is_not(time_machine, seconds):
    time_machine.move_to(SIGNED_AT + seconds, tick=False)
    assert read().external_id == "evt_test_1"
    time_machine.move_to(SIGNED_AT + seconds + (1 if seconds > 0 else -1), tick=False)
    with pytest.raises(base.BadSignature):
        read()


@pytest.mark.parametrize(
    "spoiled",
    [
        {"v1": RIGHT[:-1] + "8"},
        {"at": SIGNED_AT + 1},
        {"body": BODY.replace(b"1000", b"1001")},
        {"body": BODY + b" "},
    ],
)
def test_the_worked_example_spoiled_is_refused(spoiled):
    with pytest.raises(base.BadSignature):
        read(**spoiled)
