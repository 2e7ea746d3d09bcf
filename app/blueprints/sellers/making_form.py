"""The form for a new seller: for which provider, who they are, and who pays them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from app.kit import contacts
from app.kit.tokens import new_token
from app.models import Provider
from app.registry import services

__all__ = ["SellerForm"]

_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # what CLDR has among them


def _countries() -> list[Any]:
    """ISO 3166-1 by names in the reader's language."""
    named = [
        (code, name)
        for code, name in get_locale().territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    usual = ("", gettext("The country of your own account"))
    return [SelectChoice(*one) for one in [usual, *sorted(named, key=lambda one: one[1])]]


class SellerForm(FlaskForm):  # type: ignore[misc]
    """A seller. `key` makes it one, however often it is sent."""

    provider = SelectField(_("Provider"), description=_("Whose orders they are paid for."))
    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    email = EmailField(
        _("E-mail"),
        [
            InputRequired(),
            Length(max=254),
            Regexp(contacts.MAIL, message=_("That is not an e-mail address.")),
        ],
        render_kw={"autocomplete": "off"},
    )
    country = SelectField(_("Country"), [Optional()], choices=_countries, default="")
    gateway = SelectField(
        _("Payment company"),
        [Optional()],
        default="",
        description=_(
            "Their account belongs to the account that the provider's orders are charged to there. "
            "It cannot be changed later."
        ),
    )
    external_id = StringField(_("The provider's own id"), [Optional(), Length(max=255)])
    key = HiddenField(
        default=new_token,
        validators=[Regexp(r"^[0-9a-f]{32}$", message=_("Open the page again and start anew."))],
    )

    def __init__(self, providers: Sequence[Provider], companies: Sequence[str]) -> None:
        self._ids = {one.slug: one.id for one in providers}
        self._providers = [SelectChoice(one.slug, one.name) for one in providers]
        self._companies = [SelectChoice(one, services()[one].title) for one in companies]
        super().__init__()

    def process(self, *args: Any, **options: Any) -> None:
        usual = SelectChoice("", gettext("The one the provider is paid through"))
        self.provider.choices, self.gateway.choices = self._providers, [usual, *self._companies]
        super().process(*args, **options)

    def validate_name(self, field: Any) -> None:
        if not contacts.is_name((field.data or "").strip()):
            raise ValidationError(gettext("Type a name on one line."))

    @property
    def has_providers(self) -> bool:
        return bool(self._ids)

    @property
    def provider_id(self) -> str:
        """Of a form that is valid."""
        return self._ids[self.provider.data]

    @property
    def typed(self) -> dict[str, Any]:
        """What was asked for, as a request of the API names it."""
        return {
            "name": (self.name.data or "").strip(),
            "email": (self.email.data or "").strip(),
            "country": self.country.data or None,
            "external_id": self.external_id.data or None,
            "gateway": self.gateway.data or None,
        }
