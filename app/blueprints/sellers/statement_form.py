"""Which days a statement is about, and in which currency, as it stands in the address."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Optional, ValidationError

from app.blueprints import moments
from app.blueprints.day_field import DayField
from app.services.sellers.statement import Period

__all__ = ["StatementForm"]


class StatementForm(FlaskForm):  # type: ignore[misc]
    """First and last day; neither named in the address means this month. Nothing is written, so
    there is no token."""

    class Meta:
        csrf = False

    since = DayField(_("From day"), [Optional()])
    until = DayField(_("To day"), [Optional()])
    currency = HiddenField()

    def __init__(self, currencies: Sequence[str]) -> None:
        self.currencies = currencies
        has_days = {"since", "until"} & set(request.args)
        since, until = _month(moments.today())
        days = {} if has_days else {"since": str(since), "until": str(until)}
        super().__init__(request.args if has_days else _with(request.args, days))
        self.since.description = gettext("Days in %(zone)s.", zone=moments.zone_title())

    def validate_until(self, field: Any) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day comes before the first one."))

    @property
    def chosen(self) -> str:
        """The currency that was asked for, if there is such a one, else the first."""
        if self.currency.data in self.currencies:
            return str(self.currency.data)
        return self.currencies[0] if self.currencies else ""

    @property
    def period(self) -> Period:
        """Of a form that is valid."""
        since, until = self.since.data, self.until.data
        return Period(
            moments.midnight(since) if since else None,
            moments.midnight(until + timedelta(days=1)) if until else None,
        )

    @property
    def said(self) -> dict[str, str]:
        """What the address says of this statement, whatever it said before."""
        return {**_days(self.since.data, self.until.data), "currency": self.chosen}

    @property
    def choices(self) -> list[tuple[str, dict[str, str], bool]]:
        """Usual periods: what each is called, its address, and whether it is the one shown."""
        today = moments.today()
        last = today.replace(day=1) - timedelta(days=1)
        year = today.replace(month=1, day=1), today.replace(month=12, day=31)
        usual = [
            (gettext("This month"), _days(*_month(today))),
            (gettext("Last month"), _days(*_month(last))),
            (gettext("This year"), _days(*year)),
            (gettext("Any time"), _days(None, None)),
        ]
        now = _days(self.since.data, self.until.data)
        return [
            (title, {**days, "currency": self.chosen}, days == now and not self.errors)
            for title, days in usual
        ]


def _with(args: Any, more: dict[str, str]) -> Any:
    found = args.copy()
    found.update(more)
    return found


def _days(since: date | None, until: date | None) -> dict[str, str]:
    return {"since": str(since or ""), "until": str(until or "")}


def _month(day: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
