"""Square's adapter and the fake behind it."""

import pytest

from tests.adapters.gateways.rigs.square import RIGS


@pytest.fixture
def rig():
    with RIGS["square-card"](None) as made:
        yield made


@pytest.fixture
def ref(rig):
    """A new payment that nobody has paid."""
    return rig.adapter.create_payment(rig.request("card")).gateway_ref
