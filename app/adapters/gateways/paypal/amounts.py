"""PayPal's amounts: decimal texts in major units
(https://developer.paypal.com/api/rest/reference/currency-codes/).

HUF and TWD have two places in ISO 4217 and none at PayPal; all others have as many there.
"""

from collections.abc import Mapping
from typing import Any

from app.kit.money import InvalidAmount, Money, is_currency, read_decimal, to_minor

__all__ = ["from_paypal", "to_paypal"]

_WITHOUT_DECIMALS = {"HUF", "TWD"}


def to_paypal(money: Money) -> dict[str, str]:
    """`{"currency_code", "value"}` for an amount. Raises ValueError when it cannot be exact."""
    value = money.major
    if money.currency in _WITHOUT_DECIMALS:
        if value != value.to_integral_value():
            raise ValueError(f"PayPal takes no fractions of {money.currency}")
        value = value.to_integral_value()
    return {"currency_code": money.currency, "value": f"{value:f}"}


def from_paypal(amount: Mapping[str, Any]) -> Money:
    """The money that such an object means. Raises ValueError for anything else."""
    currency = amount.get("currency_code")
    if not is_currency(currency):
        raise InvalidAmount("no currency")
    return Money(to_minor(read_decimal(amount.get("value")), str(currency)), str(currency))
