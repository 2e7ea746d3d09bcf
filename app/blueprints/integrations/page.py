"""A service's page, as its views answer with it."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.blueprints import catalogue_forms
from app.services import providers
from app.services.integrations import Card, abilities

__all__ = ["page"]


def page(
    card: Card, form: FlaskForm | None = None, *, status: int = 200, **came_of: object
) -> ResponseReturnValue:
    """A service's page; `came_of` is what a button on it brought: tested, health or said."""
    form = form or catalogue_forms.form_for(card)
    is_ours = card.is_configured and card.spec.gateway and not card.spec.gateway.is_builtin
    shown = render_template(
        "integrations/service.html",
        card=card,
        form=form,
        abilities=abilities(card),
        elsewhere=providers.paid_elsewhere(card.spec.key) if is_ours else [],
        **came_of,
    )
    return shown, status
