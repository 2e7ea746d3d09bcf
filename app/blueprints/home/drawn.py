"""Figures as they are read: amounts in the reader's language, and the chart of what was paid."""

import re

from flask_babel import format_currency, format_date, get_locale

from app.blueprints.chart import Chart, chart
from app.kit.money import Money, exponent
from app.services.business import Business

__all__ = ["money", "volume"]


def money(minor: int, currency: str, *, whole: bool = False) -> str:
    """An amount in minor units as text; a `whole` one without decimals."""
    major = Money(minor, currency).major
    if whole:
        pattern = get_locale().currency_formats["standard"].pattern
        plain = re.sub(r"\.0+", "", pattern)
        return str(format_currency(major, currency, format=plain, currency_digits=False))
    return str(format_currency(major, currency))


def volume(found: Business) -> Chart | None:
    """One bar for each day, and the period before as a line; None where nothing was paid."""
    currency = found.currency
    if currency is None or not found.now.paid:
        return None
    values = [
        (format_date(one.day, "d MMM"), one.minor, money(one.minor, currency)) for one in found.days
    ]
    before = [one.minor_before for one in found.days]
    return chart(values, before, unit=10 ** exponent(currency))
