"""The merchants' door to outside companies: what is configured, and with whose keys."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.blueprints import generated, session
from app.blueprints.forms import refuse
from app.kit.errors import AppError
from app.services import integrations
from app.services.integrations import Card, Tested

__all__ = ["bp"]

bp = Blueprint("integrations", __name__)

CATEGORIES = ("Payments", "Notifications", "Analytics", "Media")


@bp.get("/integrations")
@session.merchant("look")
def index() -> ResponseReturnValue:
    return render_template(
        "integrations/index.html", cards=integrations.cards(), categories=CATEGORIES
    )


@bp.get("/integrations/<service>")
@session.merchant("look")
def show(service: str) -> ResponseReturnValue:
    card = integrations.card(service)
    return _page(card, generated.form_for(card))


@bp.post("/integrations/<service>")
@session.merchant("integrations.change")
@session.fresh
def save(service: str) -> ResponseReturnValue:
    card = integrations.card(service)
    form = generated.form_for(card)
    if not form.validate_on_submit():
        return _page(card, form, status=422)
    try:
        integrations.save(
            service,
            generated.typed(form, card),
            removed=generated.removed(form, card),
            actor=session.actor(),
        )
    except AppError as error:
        return _page(card, form, status=refuse(form, error))
    flash(_("Saved."))
    return redirect(url_for(".show", service=service), 303)


@bp.post("/integrations/<service>/test")
@session.merchant("integrations.change")
def verify(service: str) -> ResponseReturnValue:
    card = integrations.card(service)
    return _page(card, generated.form_for(card), tested=integrations.verify(service))


def _page(
    card: Card, form: FlaskForm, *, status: int = 200, tested: Tested | None = None
) -> ResponseReturnValue:
    page = render_template("integrations/service.html", card=card, form=form, tested=tested)
    return page, status
