"""Stripe's units (https://docs.stripe.com/currencies): whole units for the zero-decimal ones,
hundredths for ISK and UGX although ISO 4217 gives them none, and thousandths, rounded to the tenth,
for three-decimal currencies."""

from app.kit.money import exponent

__all__ = ["from_stripe", "to_stripe"]

_ZERO_DECIMAL = set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())


def _shift(currency: str) -> int:
    stripe_exponent = 0 if currency in _ZERO_DECIMAL else max(2, exponent(currency))
    return stripe_exponent - exponent(currency)


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units (ISO 4217) to Stripe's. Raises ValueError when it cannot be exact."""
    shift = _shift(currency)
    if shift >= 0:
        return minor * int(10**shift)
    whole, rest = divmod(minor, int(10**-shift))
    if rest:
        raise ValueError(f"Stripe takes no fractions of {currency}")
    return whole


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's units to our minor units."""
    shift = _shift(currency)
    if shift <= 0:
        return amount * int(10**-shift)
    return amount // int(10**shift)
