"""How a person wants pages to be: language, time zone, shortcuts of the keyboard."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.forms import PreferencesForm
from app.blueprints.web import LANGUAGES
from app.services import preferences
from app.services.preferences import Preferences

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/account/preferences")(prefer)
    bp.post("/account/preferences")(save_preferences)


@session.signed_in
def prefer() -> ResponseReturnValue:
    chosen = preferences.of(session.person().user_id)
    return _page(PreferencesForm(LANGUAGES, formdata=None, data=asdict(chosen)))


@session.signed_in
def save_preferences() -> ResponseReturnValue:
    form = PreferencesForm(LANGUAGES)
    if not form.validate_on_submit():
        return _page(form, 422)
    wanted = Preferences(form.locale.data, form.timezone.data, form.shortcuts.data)
    preferences.change(session.person().user_id, wanted)
    session.prefer(wanted.locale, wanted.timezone, shortcuts=wanted.shortcuts)
    with force_locale(wanted.locale or str(get_locale())):
        flash(_("Saved."))
    return redirect(url_for(".prefer"), 303)


def _page(form: PreferencesForm, status: int = 200) -> ResponseReturnValue:
    return render_template("auth/preferences.html", form=form), status
