"""A provider's own keys at payment companies; the same forms as the organization's."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.blueprints import catalogue_forms, session
from app.kit.errors import AppError, NotFound
from app.models import Provider
from app.services import integrations, providers
from app.services.credentials import Scope
from app.services.integrations import Card

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/providers/<slug>/credentials/<service>")(show_credentials)
    bp.post("/providers/<slug>/credentials/<service>")(save_credentials)
    bp.post("/providers/<slug>/credentials/<service>/previous/back")(go_back)
    bp.post("/providers/<slug>/credentials/<service>/previous/remove")(drop_previous)


def _found(slug: str, service: str) -> tuple[Provider, Card]:
    provider = providers.find(slug)
    card = integrations.card(service, Scope("provider", provider.id))
    if card.spec.gateway is None or not card.spec.fields:
        raise NotFound("No such payment company")
    return provider, card


@session.merchant("look")
def show_credentials(slug: str, service: str) -> ResponseReturnValue:
    return _page(*_found(slug, service))


@session.merchant("providers.change")
@session.fresh
def save_credentials(slug: str, service: str) -> ResponseReturnValue:
    provider, card = _found(slug, service)
    form = catalogue_forms.form_for(card)
    if not form.validate_on_submit():
        return _page(provider, card, form, 422)
    try:
        sent, scope = catalogue_forms.sent(form, card), Scope("provider", provider.id)
        is_taken = integrations.save(service, **sent, actor=session.actor(), scope=scope)
    except AppError as error:
        provider, card = _found(slug, service)
        return _page(provider, card, *catalogue_forms.refused(card, error))
    flash(*catalogue_forms.saved(card, _found(slug, service)[1], is_taken))
    return redirect(url_for(".show_credentials", slug=slug, service=service), 303)


@session.merchant("providers.change")
@session.fresh
def go_back(slug: str, service: str) -> ResponseReturnValue:
    said = _("The key from before is in use again.")
    return _done(slug, service, integrations.go_back, said)


@session.merchant("providers.change")
@session.fresh
def drop_previous(slug: str, service: str) -> ResponseReturnValue:
    said = _("The key from before was deleted.")
    return _done(slug, service, integrations.drop_previous, said)


def _done(slug: str, service: str, change: Callable[..., None], said: str) -> ResponseReturnValue:
    provider, card = _found(slug, service)
    try:
        change(service, actor=session.actor(), scope=Scope("provider", provider.id))
    except AppError as error:
        provider, card = _found(slug, service)
        return _page(provider, card, *catalogue_forms.refused(card, error))
    flash(said)
    return redirect(url_for(".show_credentials", slug=slug, service=service), 303)


def _page(
    provider: Provider, card: Card, form: FlaskForm | None = None, status: int = 200
) -> ResponseReturnValue:
    form = form or catalogue_forms.form_for(card)
    return (
        render_template("providers/credentials.html", provider=provider, card=card, form=form),
        status,
    )
