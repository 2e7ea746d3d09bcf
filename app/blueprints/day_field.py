"""A day as somebody types it, or chooses it from a calendar."""

from datetime import date
from typing import Any

from flask_babel import gettext
from wtforms import DateField

__all__ = ["DayField"]

YEARS = range(1990, 2200)  # of days somebody may mean


class DayField(DateField):  # type: ignore[misc]
    """A day, `2026-01-31`, of a year that somebody may mean."""

    data: date | None

    def process_formdata(self, values: Any) -> None:
        try:
            super().process_formdata(values)
            self._check(self.data)
        except ValueError as error:
            self.data = None
            raise ValueError(gettext("Give a day like 2026-01-31.")) from error

    @staticmethod
    def _check(day: date | None) -> None:
        if day and day.year not in YEARS:
            raise ValueError
