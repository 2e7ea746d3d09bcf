"""Easypay's amounts: euros as JSON numbers; in some of its answers as texts."""

from decimal import Decimal

from app.adapters.gateways import base
from app.kit.money import InvalidAmount, Money, to_minor

__all__ = ["CURRENCY", "from_easypay", "to_easypay"]

CURRENCY = "EUR"  # the only one in its description


def to_easypay(money: Money) -> Decimal:
    """Euros with their cents. Raises MethodUnavailable for another currency."""
    if money.currency != CURRENCY:
        raise base.MethodUnavailable("Easypay takes euros only")
    return money.major


def from_easypay(value: object) -> int:
    """Cents of an amount as it stands in an answer (`15.5`, `"40"`).

    Raises Unavailable for what is no amount in whole cents: nobody may guess at money.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise InvalidAmount
        return to_minor(Decimal(value), CURRENCY)
    except (ArithmeticError, InvalidAmount):
        raise base.Unavailable("Easypay answered an amount that is none") from None
