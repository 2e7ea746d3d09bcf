"""Stripe's units, by https://docs.stripe.com/currencies: what we ask for is what was meant."""

import pytest

from app.adapters.gateways.stripe.amounts import from_stripe, to_stripe
from app.kit.money import CURRENCIES, Money, exponent
from app.registry import gateway

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


WHOLE_UNITS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
THOUSANDTHS = "BHD JOD KWD OMR TND".split()


def test_every_currency_that_is_offered_is_asked_for_exactly():
    """What does not fit Stripe's units is not taken in the first place."""
    spec, asked = gateway("stripe"), 0
    for currency in sorted(spec.currencies):
        places = 0 if currency in WHOLE_UNITS else 3 if currency in THOUSANDTHS else 2
        for minor in (1, 99, 100, 12345):
            wanted = Money(minor, currency).major.scaleb(places)
            fits = wanted == wanted.to_integral_value() and (places < 3 or not wanted % 10)
            assert (minor % spec.step_of(currency) == 0) is fits, (minor, currency)
            if fits:
                assert to_stripe(minor, currency) == wanted, (minor, currency)
                assert from_stripe(int(wanted), currency) == minor
                asked += 1
    assert asked > 3 * len(spec.currencies)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_whole_amounts_come_back_as_they_went(currency):
    for whole in (1, 99, 100, 12345):
        minor = whole * 10 ** exponent(currency)
        assert from_stripe(to_stripe(minor, currency), currency) == minor


def test_a_fraction_stripe_does_not_take_is_never_rounded():
    with pytest.raises(ValueError, match="MGA"):
        to_stripe(501, "MGA")
