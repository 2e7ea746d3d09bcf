"""A provider's own logo, where it has another than its organization."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session, uploads
from app.blueprints.logos import LARGEST, LogoForm, refused
from app.blueprints.providers.pages import page
from app.kit.errors import AppError
from app.services import logos, providers

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/providers/<slug>/logo")(put_logo)
    bp.post("/providers/<slug>/logo/remove")(remove_logo)


@session.merchant("providers.change")
@uploads.takes(LARGEST)
def put_logo(slug: str) -> ResponseReturnValue:
    provider, form = providers.find(slug), LogoForm()
    if not form.validate_on_submit():
        return page(provider, logo_form=form, status=422)
    try:
        logos.put(form.content, provider.id, actor=session.actor())
    except AppError as error:
        return page(provider, logo_form=form, status=refused(form, error))
    flash(_("Saved."))
    return redirect(url_for(".show", slug=slug, _anchor="your-logo"), 303)


@session.merchant("providers.change")
def remove_logo(slug: str) -> ResponseReturnValue:
    logos.remove(providers.find(slug).id, actor=session.actor())
    flash(_("Removed."))
    return redirect(url_for(".show", slug=slug, _anchor="your-logo"), 303)
