"""The fake Easypay and a rig for the tests that look at what is special about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.adapters.gateways import base
from app.kit.money import Money
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY, EasypayRig
from tests.fakes.easypay import EasypayFake

__all__ = ["fake", "gave_back", "made", "rig"]


@pytest.fixture
def fake() -> Iterator[EasypayFake]:
    with EasypayFake() as running:
        running.account(ACCOUNT, KEY)
        yield running


@pytest.fixture
def rig(fake: EasypayFake) -> EasypayRig:
    return EasypayRig(fake, "mbway")


def made(rig: EasypayRig, method: str = "mbway", **changes: Any) -> base.Created:
    """A new payment."""
    return rig.adapter.create_payment(rig.request(method, **changes))


def gave_back(
    rig: EasypayRig, created: base.Created, minor: int = 500, refund_id: str = "ref_1"
) -> base.RefundResult:
    """A refund of it."""
    request = base.RefundRequest(refund_id, Money(minor, "EUR"), f"refund-{refund_id}")
    assert created.gateway_payment_id
    return rig.adapter.refund_payment(created.gateway_payment_id, request)
