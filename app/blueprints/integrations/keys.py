"""The keys before: going back to them, or deleting them at once."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import catalogue_forms, session
from app.blueprints.integrations.page import page
from app.kit.errors import AppError
from app.services import integrations

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/integrations/<service>/previous/back")(go_back)
    bp.post("/integrations/<service>/previous/remove")(drop_previous)


@session.merchant("integrations.change")
@session.fresh
def go_back(service: str) -> ResponseReturnValue:
    return _done(
        service,
        lambda: integrations.go_back(service, actor=session.actor()),
        _("The key from before is in use again."),
    )


@session.merchant("integrations.change")
@session.fresh
def drop_previous(service: str) -> ResponseReturnValue:
    return _done(
        service,
        lambda: integrations.drop_previous(service, actor=session.actor()),
        _("The key from before was deleted."),
    )


def _done(service: str, change: Callable[[], None], said: str) -> ResponseReturnValue:
    try:
        change()
    except AppError as error:
        card = integrations.card(service)
        form, status = catalogue_forms.refused(card, error)
        return page(card, form, status=status)
    flash(said)
    return redirect(url_for(".show", service=service), 303)
