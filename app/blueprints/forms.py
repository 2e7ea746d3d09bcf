"""What the doors' forms share: a refusal of a service becomes a sentence at its field, and a form
about something stored knows which state of it was seen."""

from collections.abc import Mapping
from typing import Any

from flask import Response, after_this_request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField

from app.kit.errors import AppError

__all__ = ["StoredForm", "refuse", "said"]


class StoredForm(FlaskForm):  # type: ignore[misc]
    """A form about something stored. It carries the version it was drawn from, so that the service
    notices what somebody else saved since."""

    version = HiddenField()

    def compare(self, stored: Mapping[str, Any], version: str) -> None:
        """After a save by somebody else: keep what was typed, say at each field what is stored now,
        and be about that version from here on. Typed secrets do not go back to the browser."""
        self.version.data = version
        for field in self:
            if isinstance(field, PasswordField) and field.data:
                field.errors = [_("Please type this again: a secret is not sent back.")]
            elif field.name in stored and (field.data or "") != (stored[field.name] or ""):
                field.errors = [_stored_now(field, stored[field.name])]


def _stored_now(field: Any, value: Any) -> str:
    if isinstance(field, SelectField):
        value = next((label for one, label, *_ in field.iter_choices() if one == value), value)
    if isinstance(value, bool):
        value = _("on") if value else _("off")
    if isinstance(value, list):
        value = ", ".join(value)
    if not value:
        return str(_("Stored by now: nothing"))
    return str(_("Stored by now: %(value)s", value=value))


def refuse(form: FlaskForm, error: AppError, *, at: str | None = None) -> int:
    """Put a service's refusal into a form: at the field it names, which the form may call `at`,
    else above the form; the status to answer with."""
    named = error.details.get("field")
    name = at if named and named not in form else named
    text = said(error)
    field: Any = form._fields.get(name) if name else None
    if field is None:
        form.form_errors.append(text)
    else:
        field.errors = [*field.errors, text]
    if error.headers:
        _send_along(error.headers)
    return int(error.status) if error.status in {403, 409, 429} else 422


def _send_along(headers: Mapping[str, str]) -> None:
    @after_this_request
    def add(response: Response) -> Response:
        response.headers.update(headers)
        return response


def said(error: AppError) -> str:
    """The refusal in the reader's language, where a person is likely to meet it."""
    texts = {
        "wrong_password": _("That e-mail address and password do not belong together."),
        "password_changed_meanwhile": _(
            "Your password was changed at this very moment. Try again with the one that counts now."
        ),
        "too_many_tries": _("Too many tries. Please wait a while, then try again."),
        "wrong_code": _("That code is not right, or was used already."),
        "email_taken": _("That e-mail address already has an account."),
        "last_way_in": _("Choose a password first: this is your only way in."),
        "wrong_name": _("Type the name exactly as it is."),
        "money_under_way": _(
            "Money is under way: wait for open orders, payments and refunds to end, or cancel the"
            " orders; and release or refund what is held for sellers."
        ),
        "pale_colour": _(
            "That is too pale to be read on white. %(colour)s would do.",
            colour=error.details.get("would_do"),
        ),
        "invalid_colour": _("Give a colour like #27346b."),
        "is_member": _("That person is a member already."),
        "unproven_inviter": _(
            "Invitations go out in your name, so confirm your own e-mail address first: open the "
            "link we sent you, or have it sent again under Your account."
        ),
        "invitation_ended": _(
            "That invitation was used or taken back at this very moment. Look again at who is here."
        ),
        "role_forbids": _("Only an owner does this to owners."),
        "last_owner": _("An organization keeps at least one owner."),
        "bad_link": _("This link no longer works."),
        "invalid_email": _("That is not an e-mail address."),
        "endpoint_disabled": _("The endpoint is switched off. Switch it on first."),
        "delivery_pending": _("It is on its way already."),
        "replay_running": _("Something is being sent to it once more already."),
        "nothing_to_replay": _("Nothing was given up since then."),
        "too_many": _("That is too much at once. Begin later."),
        "invalid_since": _("Choose a moment within the last 14 days."),
        "saved_meanwhile": _("Somebody saved this meanwhile. Look at it and save again."),
    }
    if error.code == "wrong_password" and error.details.get("field"):
        return str(_("That is not your password."))
    if error.code == "weak_password":
        return str(_(error.message))  # marked where it was written
    return texts.get(error.code) or error.message
