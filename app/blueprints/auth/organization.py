"""The organization itself: its name and brand, and its end."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.blueprints import session, uploads
from app.blueprints.auth.forms import DeleteForm, LettersForm, OrganizationForm
from app.blueprints.forms import refuse
from app.blueprints.logos import LARGEST, LogoForm, refused
from app.kit.errors import AppError
from app.services import branding, closing, logos
from app.services.mail import customers

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/settings", methods=["GET", "POST"])(organization)
    bp.post("/settings/letters")(choose_letters)
    bp.post("/settings/logo")(put_logo)
    bp.post("/settings/logo/remove")(remove_logo)
    bp.route("/settings/delete", methods=["GET", "POST"])(delete)


@session.merchant("organization.change")
def organization() -> ResponseReturnValue:
    form = OrganizationForm(obj=branding.current())
    if not form.validate_on_submit():
        return _page(form, 422 if form.errors else 200)
    try:
        branding.change(
            form.name.data or "",
            form.accent.data or "",
            form.support_email.data or "",
            actor=session.actor(),
            seen=form.version.data,
        )
    except AppError as error:
        if error.code == "saved_meanwhile":
            now = branding.current()
            form.compare(asdict(now), now.version)
        return _page(form, refuse(form, error, at="name"))
    flash(_("Saved."))
    return redirect(url_for(".organization"), 303)


@session.merchant("organization.change")
@uploads.takes(LARGEST)
def put_logo() -> ResponseReturnValue:
    form = LogoForm()
    if not form.validate_on_submit():
        return _page(_as_stored(), 422, form)
    try:
        logos.put(form.content, actor=session.actor())
    except AppError as error:
        return _page(_as_stored(), refused(form, error), form)
    flash(_("Saved."))
    return redirect(url_for(".organization", _anchor="your-logo"), 303)


@session.merchant("organization.change")
def remove_logo() -> ResponseReturnValue:
    logos.remove(actor=session.actor())
    flash(_("Removed."))
    return redirect(url_for(".organization", _anchor="your-logo"), 303)


def _as_stored() -> OrganizationForm:
    return OrganizationForm(formdata=None, obj=branding.current())


def _page(form: FlaskForm, status: int, logo_form: LogoForm | None = None) -> ResponseReturnValue:
    letters = LettersForm(formdata=None, data=dict.fromkeys(customers.chosen(), True))
    page = render_template(
        "auth/organization.html",
        form=form,
        brand=branding.current(),
        letters=letters,
        can_send=customers.can_be_sent(),
        logo=logos.of(),
        logo_form=logo_form or LogoForm(formdata=None),
    )
    return page, status


@session.merchant("organization.change")
def choose_letters() -> ResponseReturnValue:
    form = LettersForm()
    if not form.validate_on_submit():
        return _page(OrganizationForm(formdata=None, obj=branding.current()), 422)
    kinds = [one.name for one in form if one.type == "BooleanField" and one.data]
    customers.choose(kinds, actor=session.actor())
    flash(_("Saved."))
    return redirect(url_for(".organization"), 303)


@session.merchant("organization.delete")
@session.fresh
def delete() -> ResponseReturnValue:
    form, status = DeleteForm(), 200
    if form.validate_on_submit():
        try:
            closing.close(form.name.data or "", actor=session.actor())
            flash(_("The organization is deleted. Its keys and secrets go within some minutes."))
            return redirect(url_for(".show"), 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/delete.html", form=form), status
