"""PayPal's adapter and the fake behind it."""

import pytest

from tests.adapters.gateways.rigs.paypal import RIGS, order_of


@pytest.fixture
def rig():
    with RIGS["paypal-paypal"](None) as made:
        yield made


@pytest.fixture
def approved(rig):
    """A new payment that its customer approved: its request, our reference and PayPal's id."""

    def make(**changes):
        request = rig.request("paypal", **changes)
        ref = rig.adapter.create_payment(request).gateway_ref
        rig.pay(ref)
        return request, ref, order_of(ref)

    return make


@pytest.fixture
def captured(rig, approved):
    """A paid one, with what its capture said."""

    def make(**changes):
        request, ref, order_id = approved(**changes)
        return request, ref, order_id, rig.adapter.complete_payment(ref, request)

    return make
