"""What people type about themselves."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

__all__ = ["CodeForm", "ConfirmForm", "PasswordForm", "SignInForm", "SignUpForm"]

_NEEDED = InputRequired(_("Please fill this in"))
_OLD = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        _("E-mail"), [_NEEDED, Length(max=254)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _("Password"),
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        render_kw=_OLD,
    )


class SignUpForm(FlaskForm):  # type: ignore[misc]
    organization = StringField(
        _("Name of your organization"),
        [_NEEDED, Length(max=120)],
        render_kw={"autocomplete": "organization"},
    )
    email = EmailField(
        _("E-mail"), [_NEEDED, Length(max=254)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _("Password"),
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        description=_("At least 12 characters. A sentence is fine."),
        render_kw=_NEW,
    )


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(
        _("Password"),
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        render_kw=_OLD,
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        _("Code"),
        [_NEEDED, Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    current = PasswordField(
        _("Current password"),
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        render_kw=_OLD,
    )
    password = PasswordField(
        _("New password"),
        [_NEEDED, Length(max=128, message=_("At most 128 characters"))],
        description=_("At least 12 characters. A sentence is fine."),
        render_kw=_NEW,
    )
