"""Easypay's notifications: hints at most."""

from __future__ import annotations

import json

import pytest

from app.adapters.gateways import base
from tests.adapters.gateways.easypay_at_hand import fake, made, rig
from tests.adapters.gateways.rigs.easypay import NOBODY

__all__ = ["fake", "rig"]


def test_none_of_the_forgeries_is_even_a_hint(rig):
    ref = made(rig).gateway_ref
    forged = rig.forgeries(ref, "https://pay.example.com/x")
    assert len(forged) >= 30
    for name, call in forged.items():
        with pytest.raises(base.BadSignature):
            pytest.fail(f"{name}: {rig.adapter.read_event(call)}")


@pytest.mark.parametrize(
    ("type_", "is_relevant"),
    [
        ("capture", True),
        ("authorisation", True),
        ("refund", True),
        ("void", True),
        ("chargeback", True),
        ("frequent_create", False),
        ("subscription_create", False),
        ("subscription_capture", False),
        ("out_payment", False),
    ],
)
def test_a_notification_is_a_hint_about_payments_alone(rig, type_, is_relevant):
    ref = made(rig).gateway_ref
    told = {**json.loads(rig.news(ref, "").body), "type": type_}
    event = rig.adapter.read_event(base.InboundCall(json.dumps(told).encode(), {}))
    assert (event.is_relevant, event.is_proven, event.snapshot) == (is_relevant, False, None)


def test_with_our_key_the_id_beside_it_is_not_followed(rig):
    told = {"id": NOBODY, "key": "pay_1", "type": "capture", "status": "success"}
    event = rig.adapter.read_event(base.InboundCall(json.dumps(told).encode(), {}))
    assert (event.reference, event.gateway_ref) == ("pay_1", None)
    event = rig.adapter.read_event(base.InboundCall(json.dumps({**told, "key": ""}).encode(), {}))
    assert (event.reference, event.gateway_ref) == (None, NOBODY)


def test_authorisation_notifications_are_read_as_well(rig):
    told = {"id": NOBODY, "key": "pay_1", "value": 1, "authorisation": {"id": NOBODY}}
    event = rig.adapter.read_event(base.InboundCall(json.dumps(told).encode(), {}))
    assert (event.type, event.reference) == ("authorisation", "pay_1")
