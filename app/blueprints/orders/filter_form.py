"""What a merchant wants to see, as it stands in the address: read, checked, and written again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, SearchField, SelectChoice, SelectField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.blueprints import moments
from app.blueprints.day_field import DayField
from app.blueprints.orders.words import STATUS
from app.models import Provider
from app.registry import services
from app.services.orders.filters import Filter

__all__ = ["FilterForm"]

DAYS = {"1": _("Today"), "7": _("Last 7 days"), "30": _("Last 30 days"), "90": _("Last 90 days")}
MODES = {"live": _("Real payments"), "test": _("Test payments")}
_MONEY = [Optional(), NumberRange(min=0, max=10**12, message=_("Give an amount like 19.99."))]
_TYPED = {"autocomplete": "off", "inputmode": "decimal"}


def _choices(*pairs: tuple[str, Any]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in pairs]


def _gateways() -> list[Any]:
    found = [(key, spec.title) for key, spec in services().items() if spec.gateway]
    return _choices(("", gettext("All")), *found)


class _Amount(DecimalField):  # type: ignore[misc]
    def process_formdata(self, values: Any) -> None:
        try:
            super().process_formdata([one.strip().replace(",", ".") for one in values])
        except ValueError as error:
            raise ValueError(gettext("Give an amount like 19.99.")) from error


class FilterForm(FlaskForm):  # type: ignore[misc]
    """The filters, out of the address. Nothing is written, so there is no token."""

    class Meta:
        csrf = False

    q = SearchField(
        _("Search"),
        [Length(max=255)],
        description=_("Any id, or how an item or e-mail address begins"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    status = HiddenField()
    gateway = SelectField(_("Payment company"), choices=_gateways, default="")
    provider = SelectField(_("Provider"), default="")
    days = SelectField(
        _("When"), choices=lambda: _choices(("", gettext("Any time")), *DAYS.items()), default=""
    )
    since = DayField(_("From day"), [Optional()])
    until = DayField(_("To day"), [Optional()])
    least = _Amount(_("Amount from"), _MONEY, places=None, render_kw=_TYPED)
    most = _Amount(_("Amount to"), _MONEY, places=None, render_kw=_TYPED)
    mode = SelectField(
        _("Mode"), choices=lambda: _choices(("", gettext("All")), *MODES.items()), default=""
    )

    def __init__(self, providers: Sequence[Provider]) -> None:
        self.by_slug = {one.slug: one for one in providers}
        super().__init__(request.args)
        self.since.description = gettext("Days in %(zone)s.", zone=moments.zone_title())

    def _named(self) -> list[Any]:
        return _choices(
            ("", gettext("All")), *((one.slug, one.name) for one in self.by_slug.values())
        )

    def process(self, *args: Any, **options: Any) -> None:
        self.provider.choices = self._named()
        super().process(*args, **options)

    def validate_status(self, field: Any) -> None:
        if field.data and field.data not in set(STATUS):
            raise ValidationError(gettext("There is no such status."))

    def validate_until(self, field: Any) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day comes before the first one."))

    def validate_most(self, field: Any) -> None:
        if field.data is not None and self.least.data is not None and field.data < self.least.data:
            raise ValidationError(gettext("That is less than the amount it starts from."))

    @property
    def text(self) -> str:
        """What is searched for."""
        return (self.q.data or "").replace("\x00", "").strip()

    @property
    def wanted(self) -> Filter:
        """Everything but the text. Only of a form that is valid."""
        since, until = self.since.data, self.until.data
        if self.days.data:
            since, until = moments.today() - timedelta(days=int(self.days.data) - 1), None
        provider = self.by_slug.get(self.provider.data or "")
        return Filter(
            status=self.status.data or None,
            gateway=self.gateway.data or None,
            provider_id=provider.id if provider else None,
            since=moments.midnight(since) if since else None,
            until=moments.midnight(until + timedelta(days=1)) if until else None,
            least=self.least.data,
            most=self.most.data,
            test_mode=self.mode.data == "test" if self.mode.data else None,
        )

    @property
    def said(self) -> dict[str, str]:
        """What stands in the address, without what is empty; also the language."""
        names = (*(field.name for field in self), "lang")
        return {name: text for name in names if (text := request.args.get(name, "").strip())}

    def without(self, *gone: str) -> dict[str, str]:
        """The address without some of its filters."""
        return {name: text for name, text in self.said.items() if name not in gone}

    @property
    def is_open(self) -> bool:
        """Whether something beside search and status is asked for, so that it is shown."""
        return bool(set(self.said) - {"q", "status", "lang"})
