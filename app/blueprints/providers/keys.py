"""A provider's API keys: one more, a new one for an old one, none any more."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.forms import refuse
from app.blueprints.providers.forms import KeyForm
from app.blueprints.providers.pages import page, shown_once
from app.kit.errors import AppError
from app.services import api_keys, providers

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/providers/<slug>/keys")(add_key)
    bp.post("/providers/<slug>/keys/<key_id>/replace")(replace_key)
    bp.post("/providers/<slug>/keys/<key_id>/revoke")(revoke_key)


@session.merchant("providers.change")
@session.fresh
def add_key(slug: str) -> ResponseReturnValue:
    provider, form = providers.find(slug), KeyForm()
    if not form.validate_on_submit():
        return page(provider, key_form=form, status=422)
    try:
        secret = api_keys.add(provider.id, form.scopes.data or [], actor=session.actor())
    except AppError as error:
        return page(provider, key_form=form, status=refuse(form, error))
    return shown_once(slug, key=secret)


@session.merchant("providers.change")
@session.fresh
def replace_key(slug: str, key_id: str) -> ResponseReturnValue:
    provider = providers.find(slug)
    secret = api_keys.replace(provider.id, key_id, actor=session.actor())
    return shown_once(slug, key=secret)


@session.merchant("providers.change")
@session.fresh
def revoke_key(slug: str, key_id: str) -> ResponseReturnValue:
    api_keys.revoke(providers.find(slug).id, key_id, actor=session.actor())
    flash(_("That key works no more."))
    return redirect(url_for(".show", slug=slug), 303)
