"""Easypay: what is asked for, by each method, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.gateways import actions, base
from app.adapters.gateways.easypay import EasypayGateway
from app.adapters.gateways.easypay.client import HOSTS
from app.kit.money import Money
from tests.adapters.gateways.easypay_at_hand import fake, made, rig
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY

__all__ = ["fake", "rig"]


@pytest.mark.parametrize(
    ("chosen", "host", "is_test"),
    [
        ({}, "https://api.prod.easypay.pt/2.0", False),
        ({"baseUrl": "production"}, "https://api.prod.easypay.pt/2.0", False),
        ({"baseUrl": "sandbox"}, "https://api.test.easypay.pt/2.0", True),
    ],
)
def test_the_environment_decides_host_and_mode(chosen, host, is_test):
    values = {"accountId": ACCOUNT, "apiKey": KEY, **chosen}
    gateway = EasypayGateway(base.Credentials(values))
    assert (gateway.wire.base_url, gateway.test_mode) == (host, is_test)
    moved = EasypayGateway(base.Credentials(values, "http://127.0.0.1:1/2.0/"))
    assert (moved.wire.base_url, moved.test_mode) == ("http://127.0.0.1:1/2.0", is_test)
    assert KEY not in repr(moved.wire) and KEY not in repr(moved.credentials)
    assert len(HOSTS) == 2


def test_each_method_has_its_own_next_step(rig):
    until = datetime(2030, 1, 31, 23, 59, 59, tzinfo=UTC)
    reference = made(rig, "multibanco", expires_at=until).action
    assert isinstance(reference, actions.ShowReference)
    assert (len(reference.entity), len(reference.reference)) == (5, 9)
    assert (reference.amount, reference.expires_at) == ("20.00", until)
    sent = rig.fake.singles()[-1].sent
    assert sent["multibanco"] == {"expiration_time": "2030-01-31T23:59:59Z"}

    request = rig.request("mbway")
    waits = rig.adapter.create_payment(request).action
    assert waits == actions.Wait(expires_at=request.created_at + timedelta(minutes=4))
    card = made(rig, "card")
    assert card.action.url.endswith(f"/card-details/{card.gateway_ref}")


def test_a_method_it_does_not_have_or_another_currency_is_unavailable(rig):
    for request in (
        rig.request("multibanco", money=Money(2000, "USD")),
        rig.request("paypal"),
        rig.request(None),
    ):
        with pytest.raises(base.MethodUnavailable):
            rig.adapter.create_payment(request)
    assert rig.fake.singles() == []


@pytest.mark.parametrize(
    ("phone", "indicative", "number"),
    [
        ("+351912345678", "+351", "912345678"),
        ("+34612345678", "+34", "612345678"),
        ("+4915112345678", "+49", "15112345678"),
    ],
)
def test_a_number_goes_in_two_parts(rig, phone, indicative, number):
    made(rig, answers={"phone": phone})
    customer = rig.fake.singles()[-1].sent["customer"]
    assert (customer["phone_indicative"], customer["phone"]) == (indicative, number)


def test_without_a_number_nobody_is_asked(rig):
    for phone in ("", "912345678"):
        with pytest.raises(base.Declined):
            made(rig, answers={"phone": phone})
    assert rig.fake.requests == []


def test_texts_that_are_too_long_are_cut_and_a_long_address_left_out(rig):
    made(rig, "card", item_name="x" * 300, customer_email="a" * 60 + "@example.com", locale="pt-PT")
    sent = rig.fake.singles()[-1].sent
    assert len(sent["capture"]["descriptive"]) == 255
    assert sent["customer"] == {"language": "PT"}
