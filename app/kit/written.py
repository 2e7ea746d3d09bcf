"""Amounts as people read them, in their language and always with the currency's decimals."""

import re

from babel import Locale
from babel.numbers import format_currency

from app.kit.money import Money, exponent

__all__ = ["written"]


def written(amount: Money, locale: Locale | str, *, whole: bool = False) -> str:
    """An amount as text; a `whole` one without decimals.

    How many decimals there are is ISO 4217's affair: for some currencies CLDR, which Babel reads,
    shows fewer than are charged.
    """
    language = Locale.parse(locale)
    places = 0 if whole else exponent(amount.currency)
    pattern = language.currency_formats["standard"].pattern
    plain = re.sub(r"\.0+", f".{'0' * places}" if places else "", pattern)
    return format_currency(
        amount.major, amount.currency, format=plain, locale=language, currency_digits=False
    )
