"""What people type about themselves."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app.blueprints import session
from app.blueprints.forms import StoredForm
from app.kit.zones import zones
from app.models import Role

__all__ = [
    "AddressForm",
    "ChooseForm",
    "CodeForm",
    "ConfirmForm",
    "DeleteForm",
    "InviteForm",
    "NameForm",
    "NewAddressForm",
    "OrganizationForm",
    "PasswordForm",
    "PreferencesForm",
    "SignInForm",
    "SignUpForm",
]

ROLES = {
    Role.owner: _("Owner"),
    Role.admin: _("Admin"),
    Role.member: _("Member"),
    Role.viewer: _("Viewer"),
}
_NEEDED = InputRequired(_("Please fill this in"))


def _password(label: str, hint: str = "", autocomplete: str = "current-password") -> PasswordField:
    return PasswordField(
        label,
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        description=hint,
        render_kw={"autocomplete": autocomplete},
    )


def _new_password(label: str) -> PasswordField:
    return _password(label, _("At least 12 characters. A sentence is fine."), "new-password")


def _email(label: str, autocomplete: str = "username") -> EmailField:
    return EmailField(label, [_NEEDED, Length(max=254)], render_kw={"autocomplete": autocomplete})


def _organization() -> StringField:
    return StringField(
        _("Name of your organization"),
        [_NEEDED, Length(max=120)],
        render_kw={"autocomplete": "organization"},
    )


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """`languages` as {locale: its own name}."""

    locale = SelectField(_("Language"))
    timezone = SelectField(
        _("Time zone"), description=_("Times are shown in it on all pages of yours.")
    )
    shortcuts = BooleanField(_("Shortcuts of the keyboard"))

    def __init__(self, languages: Mapping[str, str], **values: Any) -> None:
        super().__init__(**values)
        as_browser = ("", _("As my browser says"))
        self.locale.choices = [as_browser, *languages.items()]
        self.timezone.choices = [as_browser, *((one, one.replace("_", " ")) for one in zones())]


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = _email(_("E-mail"))
    password = _password(_("Password"))


class NameForm(FlaskForm):  # type: ignore[misc]
    organization = _organization()


class SignUpForm(NameForm):
    email = _email(_("E-mail"))
    password = _new_password(_("Password"))


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    password = _password(_("Password"))


class AddressForm(FlaskForm):  # type: ignore[misc]
    email = _email(_("E-mail"), "email")


class NewAddressForm(FlaskForm):  # type: ignore[misc]
    email = _email(_("New address"), "email")


class ChooseForm(FlaskForm):  # type: ignore[misc]
    password = _new_password(_("New password"))


class InviteForm(FlaskForm):  # type: ignore[misc]
    offered = False  # the box below: nobody is asked to insist before they were told why
    email = _email(_("E-mail"), "off")
    role = SelectField(
        _("Role"), choices=[SelectChoice(one.value, ROLES[one]) for one in Role], default="member"
    )
    as_owner = BooleanField(_("Yes, make this person an owner"))

    def validate_as_owner(self, field: BooleanField) -> None:
        """An owner can remove whoever invited them, so this is asked twice; of whoever may not
        make owners it is not asked, but refused."""
        self.offered = self.role.data == Role.owner and session.may("owners.change")
        if self.offered and not field.data:
            raise ValidationError(_("An owner may do everything, also remove you."))


class OrganizationForm(StoredForm):
    name = _organization()
    accent = StringField(
        _("Accent colour"),
        [Optional(), Length(max=20)],
        description=_("Like #27346b. Your customers see it on the checkout page."),
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    support_email = EmailField(
        _("Support address"),
        [Optional(), Length(max=254)],
        description=_("Shown to customers who have a question about a payment."),
        render_kw={"autocomplete": "off"},
    )


class LettersForm(FlaskForm):  # type: ignore[misc]
    """Which letters customers get: a box for each kind, named as the kind is."""

    receipt = BooleanField(_("A receipt, once they have paid"))
    instructions = BooleanField(
        _("How to pay by a reference"),
        description=_("Entity, reference and amount of Multibanco, which may be paid for days."),
    )
    refund_notice = BooleanField(_("A notice when money goes back to them"))


class DeleteForm(FlaskForm):  # type: ignore[misc]
    name = StringField(_("Name of the organization"), [_NEEDED], render_kw={"autocomplete": "off"})


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        _("Code"),
        [_NEEDED, Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    current = _password(_("Current password"))
    password = _new_password(_("New password"))
