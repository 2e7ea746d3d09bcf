"""What PayPal is asked for is exactly what was meant: decimal texts, some without decimals."""

import random
from decimal import Decimal

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal.amounts import from_paypal, to_paypal
from app.kit.money import Money
from app.registry import gateways

SPEC = gateways()["paypal"]
OFFERED = sorted(SPEC.currencies)


def asked(minor: int, currency: str) -> str:
    """By https://developer.paypal.com/api/rest/reference/currency-codes/."""
    if currency == "JPY":
        return str(minor)
    if currency in {"HUF", "TWD"}:  # hundredths in ISO 4217, whole units at PayPal
        assert minor % 100 == 0
        return str(minor // 100)
    return f"{minor // 100}.{minor % 100:02d}"


@pytest.mark.parametrize("currency", OFFERED)
@pytest.mark.parametrize("minor", [1, 99, 100, 12345, 99_999_999])
def test_every_currency_is_asked_for_exactly(currency, minor):
    if currency in {"HUF", "TWD"} and minor % 100:
        with pytest.raises(ValueError, match=f"no fractions of {currency}"):
            to_paypal(Money(minor, currency))
        return
    sent = to_paypal(Money(minor, currency))
    assert sent == {"currency_code": currency, "value": asked(minor, currency)}
    assert from_paypal(sent) == Money(minor, currency)


def test_ten_thousand_amounts_come_back_as_they_went():
    chance = random.Random(3)
    for _ in range(10_000):
        currency = chance.choice(OFFERED)
        minor = chance.randint(1, 99_999_999)
        if currency in {"HUF", "TWD"}:
            minor *= 100
        sent = to_paypal(Money(minor, currency))
        assert from_paypal(sent) == Money(minor, currency)
        assert ("." in sent["value"]) is (SPEC.decimals_of(currency) > 0)
        assert Decimal(sent["value"]) == Money(minor, currency).major


def test_the_catalogue_knows_the_same_currencies_without_decimals():
    without = {one for one in OFFERED if SPEC.decimals_of(one) == 0}
    assert without == {"HUF", "JPY", "TWD"}


@pytest.mark.parametrize(
    "amount",
    [
        {},
        {"currency_code": "USD"},
        {"value": "1.00"},
        {"currency_code": "USD", "value": "1.001"},
        {"currency_code": "USD", "value": "1e2"},
        {"currency_code": "USD", "value": "NaN"},
        {"currency_code": "USD", "value": "-1.00"},
        {"currency_code": "USD", "value": "0.00"},
        {"currency_code": "USD", "value": True},
        {"currency_code": "usd", "value": "1.00"},
        {"currency_code": "JPY", "value": "1.5"},
        {"currency_code": ["USD"], "value": "1.00"},
    ],
)
def test_an_amount_nobody_can_read_is_never_guessed(amount):
    with pytest.raises(ValueError):
        from_paypal(amount)


@pytest.mark.parametrize("currency", ["HUF", "JPY", "TWD", "USD"])
def test_paypal_takes_what_we_send_of_each_kind(rig, approved, currency):
    request, ref, order_id = approved(money=Money(12_300, currency))
    snapshot = rig.adapter.complete_payment(ref, request)
    assert (snapshot.paid_minor, snapshot.currency) == (12_300, currency)
    unit = rig.fake.sent_of(order_id)["purchase_units"][0]
    assert unit["amount"]["value"] == {"USD": "123.00", "JPY": "12300"}.get(currency, "123")


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_a_fraction_paypal_does_not_take_is_refused_before_it_is_asked(rig, captured, currency):
    with pytest.raises(base.Declined, match="no fractions"):
        rig.adapter.create_payment(rig.request("paypal", money=Money(12_345, currency)))
    *_, paid = captured(money=Money(12_300, currency))
    refund = base.RefundRequest("ref_1", Money(50, currency), "refund-ref_1")
    with pytest.raises(base.Impossible, match="no fractions"):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund)
    assert (rig.objects(), rig.fake.all_refunds()) == (1, [])
