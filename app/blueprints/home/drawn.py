"""The chart of what was paid."""

from flask_babel import format_date

from app.blueprints.amounts import money
from app.blueprints.chart import Chart, chart
from app.kit.money import exponent
from app.services.business import Business

__all__ = ["volume"]


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
