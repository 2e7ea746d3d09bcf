"""Euros as Ifthenpay writes them: decimals with a dot, two places where we write."""

import re
from decimal import Decimal, InvalidOperation

from app.adapters.gateways import base
from app.kit.money import Money

__all__ = ["from_euros", "to_euros"]

_WRITTEN = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)


def to_euros(money: Money) -> str:
    """An amount with exactly two places. Raises MethodUnavailable for any other currency.

    Two places always: the card's return hash is over this text, and 7.40 is not 7.4 there.
    """
    if money.currency != "EUR":
        raise base.MethodUnavailable("Ifthenpay takes euros only")
    return f"{money.major:.2f}"


def from_euros(written: object) -> int:
    """Cents of a JSON number (int or Decimal) or of a text. Raises ValueError for anything that
    is not a whole number of cents."""
    if isinstance(written, bool) or not isinstance(written, int | Decimal | str):
        raise ValueError("not an amount")
    if isinstance(written, str) and not _WRITTEN.fullmatch(written):
        raise ValueError("not an amount")
    try:
        cents = Decimal(written) * 100
        if cents != cents.to_integral_value() or abs(cents) >= 10**11:
            raise ValueError("not a whole number of cents")
    except InvalidOperation as error:  # NaN, Infinity and what no context can hold
        raise ValueError("not an amount") from error
    return int(cents)
