"""The merchants' door to outside companies: what is configured, and with whose keys."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import catalogue_forms, session
from app.blueprints.integrations import keys
from app.blueprints.integrations.page import page
from app.kit.errors import AppError, Refused
from app.services import event_endpoints, integrations
from app.services.event_endpoints import Health
from app.services.integrations import Card

__all__ = ["bp"]

bp = Blueprint("integrations", __name__)
bp.add_app_template_filter(catalogue_forms.missing, "missing_fields")

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
    return page(integrations.card(service))


@bp.post("/integrations/<service>")
@session.merchant("integrations.change")
@session.fresh
def save(service: str) -> ResponseReturnValue:
    card = integrations.card(service)
    form = catalogue_forms.form_for(card)
    if not form.validate_on_submit():
        return page(card, form, status=422)
    try:
        sent = catalogue_forms.sent(form, card)
        is_taken = integrations.save(service, **sent, actor=session.actor())
    except AppError as error:
        card = integrations.card(service)
        form, status = catalogue_forms.refused(card, error)
        return page(card, form, status=status)
    flash(*catalogue_forms.saved(card, integrations.card(service), is_taken))
    return redirect(url_for(".show", service=service), 303)


@bp.post("/integrations/<service>/test")
@session.merchant("integrations.change")
def verify(service: str) -> ResponseReturnValue:
    tested = integrations.verify(service)  # first: the page shows what was noted
    return page(integrations.card(service), tested=tested)


@bp.post("/integrations/<service>/endpoint/check")
@session.merchant("integrations.change")
def check_endpoint(service: str) -> ResponseReturnValue:
    card = integrations.card(service)
    return _with_health(card, lambda: event_endpoints.check(service, integrations.own_scope()))


@bp.post("/integrations/<service>/endpoint")
@session.merchant("integrations.change")
@session.fresh
def mend_endpoint(service: str) -> ResponseReturnValue:
    actor = session.actor()
    return _with_health(
        integrations.card(service),
        lambda: event_endpoints.mend(service, integrations.own_scope(), actor=actor),
    )


def _with_health(card: Card, ask: Callable[[], Health]) -> ResponseReturnValue:
    try:
        health = ask()
        return page(integrations.card(card.spec.key), health=health)
    except Refused as error:
        return page(card, status=error.status, said=error.message)


keys.register(bp)
