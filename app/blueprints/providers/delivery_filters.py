"""What the log of deliveries is asked for: a form whose fields are the address's query."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, SelectChoice, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp

from app.blueprints import moments
from app.blueprints.providers.delivery_words import ANSWERS, STATUS
from app.models import EventType
from app.services.deliveries.log import Wanted

__all__ = ["FilterForm", "cursor"]

_CURSOR = "dlv_"


class FilterForm(FlaskForm):  # type: ignore[misc]
    """Sent by GET: whoever has the address sees the same."""

    class Meta:
        csrf = False

    provider = SelectField(_("Provider"), default="")
    target = SelectField(_("Endpoint"), default="")  # url_for() has an `endpoint` of its own
    status = SelectField(_("State"), default="")
    answer = SelectField(_("Answer"), default="")
    event = SelectField(_("Event"), default="")
    order = StringField(
        _("Order id"),
        [Length(max=40), Regexp(r"[ -~]*\Z", message=_("That is no id."))],
        filters=[lambda text: (text or "").strip()],
    )
    since = DateField(_("From day"), [Optional()])
    until = DateField(_("To day"), [Optional()])

    def __init__(self, endpoints: Sequence[Any]) -> None:
        self._providers = {one.slug: one for one in endpoints}
        super().__init__(request.args)
        self.since.description = gettext("Days in %(zone)s.", zone=moments.zone_title())
        slugs = [(slug, one.name) for slug, one in self._providers.items()]
        self.provider.choices = _any(*slugs)
        self.target.choices = _any(*[(one.id, f"{one.name}: {one.url}") for one in endpoints])
        self.status.choices = _any(*STATUS.items())
        self.answer.choices = _any(*ANSWERS.items())
        self.event.choices = _any(*[(one, one) for one in EventType])

    @property
    def chosen(self) -> dict[str, str]:
        """The fields that say something, as they stand in the address."""
        return {one.name: value for one in self if (value := request.args.get(one.name))}

    def wanted(self) -> Wanted:
        """What the service is asked for."""
        provider = self._providers.get(self.provider.data or "")
        return Wanted(
            provider_id=provider.provider_id if provider else None,
            endpoint_id=self.target.data or None,
            status=self.status.data or None,
            answer=self.answer.data or None,
            event=self.event.data or None,
            order_id=self.order.data or None,
            since=_midnight(self.since.data),
            until=_midnight(self.until.data, timedelta(days=1)),
        )


def cursor() -> str | None:
    """Where the page starts, as the link to it said; anything else starts at the newest."""
    text = request.args.get("before", "")
    is_one = text.startswith(_CURSOR) and len(text) <= 40 and text.isascii() and text.isprintable()
    return text if is_one else None


def _any(*pairs: tuple[str, Any]) -> list[Any]:
    return [SelectChoice("", gettext("Any")), *(SelectChoice(*pair) for pair in pairs)]


def _midnight(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    """The start of a day, or of the one after it."""
    return moments.midnight(min(day, date(9000, 1, 1)) + later) if day else None
