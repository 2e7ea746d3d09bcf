"""Easypay's amounts: euros as numbers, never a cent more or less."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.easypay.amounts import from_easypay, to_easypay
from app.kit.money import Money
from app.kit.strictjson import dump
from app.registry import gateway
from tests.adapters.gateways.easypay_at_hand import fake, rig
from tests.fakes.easypay_checks import read

__all__ = ["fake", "rig"]


def test_ten_thousand_amounts_go_out_and_come_back_the_same():
    for minor in (*range(1, 9_001), *range(12_340_000, 12_341_000), *range(99_999_899, 99_999_999)):
        sent = dump({"value": to_easypay(Money(minor, "EUR"))})
        assert from_easypay(json.loads(sent, parse_float=Decimal)["value"]) == minor


@pytest.mark.parametrize(
    ("minor", "text"), [(50, "0.5"), (99, "0.99"), (100, "1"), (12345, "123.45"), (1550, "15.5")]
)
def test_easypay_is_asked_for_exactly_this(rig, minor, text):
    rig.adapter.create_payment(rig.request("card", money=Money(minor, "EUR")))
    (request,) = rig.fake.calls("POST", "/2.0/single$")
    assert f'"value":{text},'.encode() in request.body
    assert read(request.body)["value"] == Decimal(text)


def test_the_catalogue_knows_what_is_too_small_and_which_currencies_there_are():
    assert gateway("easypay").limits_of("EUR")[0] == 50
    assert gateway("easypay").currencies == {"EUR"}


@pytest.mark.parametrize("minor", [1, 49])
def test_less_than_their_smallest_amount_is_declined(rig, minor):
    with pytest.raises(base.Declined, match="too small"):
        rig.adapter.create_payment(rig.request("card", money=Money(minor, "EUR")))


@pytest.mark.parametrize(
    ("value", "minor"),
    [(40, 4000), ("40", 4000), (Decimal("15.5"), 1550), ("15.50", 1550), (Decimal("1.500"), 150)],
)
def test_they_write_amounts_in_several_ways(value, minor):
    assert from_easypay(value) == minor


@pytest.mark.parametrize(
    "value", [None, True, "", "a", "1,5", [], 15.5, Decimal("0.001"), "-3", 0, "NaN", "Infinity"]
)
def test_what_is_no_amount_is_never_guessed(value):
    with pytest.raises(base.Unavailable):
        from_easypay(value)
