"""The fee that stays with the merchant when money is freed: cumulative, rounded half up."""

__all__ = ["fee_of", "part_of_fee"]

WHOLE = 10_000  # a fee is given in hundredths of a percent


def fee_of(gross_minor: int, fee_bps: int, step: int = 1) -> int:
    """The fee of all that was freed so far, in minor units: half up, in the gateway's steps."""
    unit = WHOLE * step
    return (2 * gross_minor * fee_bps + unit) // (2 * unit) * step


def part_of_fee(before_minor: int, after_minor: int, fee_bps: int, step: int = 1) -> int:
    """What the fee changes by when all that was freed goes from one amount to another; so many
    small releases cost what one large one does."""
    return abs(fee_of(after_minor, fee_bps, step) - fee_of(before_minor, fee_bps, step))
