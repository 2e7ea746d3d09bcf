"""Development only: every part the pages are made of, in each of its states, on one page.

Tokens and icons are read from the files that define them, so none can be missing here.
"""

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import Optional

from app.blueprints.chart import chart
from app.kit import clock
from app.kit.errors import NotFound
from app.services.mail.samples import as_mail, samples

__all__ = ["bp"]

bp = Blueprint("styleguide", __name__)
VALUES = (1, 2, 4, 3, 5, 2, 3)  # of the chart's line

_TOKEN = re.compile(r"^ {4}--([\w-]+): (.+?);$", re.MULTILINE)  # those of the light theme
_ICON = re.compile(r'<symbol id="(\w+)"')


class Specimens(FlaskForm):  # type: ignore[misc]
    """One field of each kind."""

    name = StringField(_("Name"))
    address = StringField(
        _("Address"), [Optional()], description=_("You can add this later, and more than one.")
    )
    secret = PasswordField(_("Secret key"))
    file = FileField(_("Image file"))
    status = SelectField(_("Status"), choices=[SelectChoice("on", _("On"))])
    agreed = BooleanField(_("Use own keys for this provider where it has some"))


@bp.get("/styleguide")
def show() -> ResponseReturnValue:
    form = Specimens(formdata=None, data={"name": "Bitloader"})
    form.secret.errors = [_("Please fill this in")]
    tokens = dict(_TOKEN.findall(_text("css/10-tokens.css")))
    locale = _locale()
    colours = [name for name, value in tokens.items() if value.startswith("#")]
    return render_template(
        "styleguide/styleguide.html",
        form=form,
        colours=colours,
        measures={name: value for name, value in tokens.items() if name not in colours},
        icons=_ICON.findall(_text("img/icons.svg")),
        now=clock.now(),
        letters=samples(locale),
        letters_in=locale,
        drawn=chart(
            [(f"{day} May", day % 4 * 2, f"EUR {day % 4 * 2}") for day in range(1, 8)], VALUES
        ),
    )


@bp.get("/styleguide/letters/<kind>.eml")
def letter(kind: str) -> ResponseReturnValue:
    """One letter as a mail program opens it."""
    found = samples(_locale()).get(kind)
    if found is None:
        raise NotFound("No such letter")
    return Response(as_mail(found), content_type="message/rfc822")


def _locale() -> str:
    return "pt_PT" if str(get_locale()).startswith("pt") else "en"


@bp.post("/styleguide")
def press() -> ResponseReturnValue:
    """Buttons may be pressed; nothing comes of it."""
    return redirect("/styleguide", 303)


def _text(filename: str) -> str:
    folder: Any = current_app.static_folder
    return (Path(folder) / filename).read_text()
