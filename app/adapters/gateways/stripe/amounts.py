"""Stripe's units (https://docs.stripe.com/currencies): ISO 4217's but for whole units of MGA, which
has two decimals, and hundredths of ISK and UGX, which have none. Three-decimal currencies are taken
in tenths, which is the catalogue's to see to."""

__all__ = ["from_stripe", "to_stripe"]

_SHIFT = {"MGA": -2, "ISK": 2, "UGX": 2}  # from our decimals to theirs


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units (ISO 4217) to Stripe's. Raises ValueError when it cannot be exact."""
    shift = _SHIFT.get(currency, 0)
    if shift >= 0:
        return minor * int(10**shift)
    whole, rest = divmod(minor, int(10**-shift))
    if rest:
        raise ValueError(f"Stripe takes no fractions of {currency}")
    return whole


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's units to our minor units."""
    shift = _SHIFT.get(currency, 0)
    if shift <= 0:
        return amount * int(10**-shift)
    return amount // int(10**shift)
