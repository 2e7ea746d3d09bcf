"""Stripe's units, by https://docs.stripe.com/currencies: what we ask for is what was meant."""

import pytest

from app.adapters.gateways.stripe.amounts import from_stripe, to_stripe
from app.kit.money import CURRENCIES, exponent

# Minor units by ISO 4217, and the number Stripe wants for them.
TABLE = [
    ("USD", 1999, 1999),
    ("JPY", 5, 5),
    ("KRW", 12345, 12345),
    ("XOF", 100, 100),
    ("ISK", 5, 500),
    ("UGX", 5, 500),
    ("MGA", 500, 5),
    ("BHD", 5120, 5120),
    ("KWD", 12340, 12340),
    ("TND", 1000, 1000),
]


@pytest.mark.parametrize(("currency", "minor", "stripes"), TABLE)
def test_stripe_is_asked_for_exactly_this(currency, minor, stripes):
    assert to_stripe(minor, currency) == stripes
    assert from_stripe(stripes, currency) == minor


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_whole_amounts_come_back_as_they_went(currency):
    for whole in (1, 99, 100, 12345):
        minor = whole * 10 ** exponent(currency)
        assert from_stripe(to_stripe(minor, currency), currency) == minor


def test_a_fraction_stripe_does_not_take_is_never_rounded():
    with pytest.raises(ValueError, match="MGA"):
        to_stripe(501, "MGA")
