"""One's own account: password, and the browsers that are signed in."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.agents import browser_name
from app.blueprints.auth.forms import NewAddressForm, PasswordForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError
from app.services import identities, mail, mail_addresses, people, second_factor, sessions

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/account")(show)
    bp.post("/account/password")(change_password)
    bp.post("/account/address")(change_address)
    bp.post("/account/address/proof")(prove_address)
    bp.post("/account/sessions/<session_id>/end")(end_one)
    bp.post("/account/sessions/end-others")(end_others)
    bp.post("/account/organization/<org_id>")(switch)


def _page(form: PasswordForm | NewAddressForm, status: int = 200) -> ResponseReturnValue:
    who = session.person()
    session.forms_lead_to(one.origin for one in identities.companies().values())
    page = render_template(
        "auth/account.html",
        identities={one.company: one for one in identities.list_of(who)},
        has_password=people.has_password(who.user_id),
        password=form if isinstance(form, PasswordForm) else PasswordForm(formdata=None),
        address=form if isinstance(form, NewAddressForm) else NewAddressForm(formdata=None),
        is_proven=mail_addresses.is_proven(who.user_id),
        can_send=mail.is_possible(),
        sessions=sessions.list_of(who),
        browser_name=browser_name,
        has_second_factor=second_factor.is_on(who.user_id),
    )
    return page, status


@session.signed_in
def show() -> ResponseReturnValue:
    return _page(PasswordForm())


@session.signed_in
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        secret = people.change_password(
            session.person(),
            form.current.data or "",
            form.password.data or "",
            locale=str(get_locale()),
        )
        session.renew(secret)
    except AppError as error:
        return _page(form, refuse(form, error))
    flash(_("Your password was changed. You are signed out everywhere else."))
    return redirect(url_for(".show"), 303)


@session.signed_in
@session.fresh
def change_address() -> ResponseReturnValue:
    form = NewAddressForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        wanted = mail_addresses.change(
            session.person(), form.email.data or "", locale=str(get_locale())
        )
    except AppError as error:
        return _page(form, refuse(form, error))
    people.note(session.person(), "person.address_change_asked")
    flash(
        _(
            "A link is on its way to %(address)s. The change counts once it is opened.",
            address=wanted,
        )
    )
    return redirect(url_for(".show"), 303)


@session.signed_in
def prove_address() -> ResponseReturnValue:
    who = session.person()
    mail_addresses.ask_for_proof(who.user_id, who.email, locale=str(get_locale()))
    flash(_("A link is on its way to %(address)s.", address=who.email))
    return redirect(url_for(".show"), 303)


@session.signed_in
def end_one(session_id: str) -> ResponseReturnValue:
    sessions.end(session.person(), session_id)
    flash(_("That browser is signed out."))
    return redirect(url_for(".show"), 303)


@session.signed_in
def end_others() -> ResponseReturnValue:
    sessions.end_all(session.person().user_id, but=session.person().session_id)
    people.note(session.person(), "person.signed_out_elsewhere")
    flash(_("You are signed out everywhere else."))
    return redirect(url_for(".show"), 303)


@session.signed_in
def switch(org_id: str) -> ResponseReturnValue:
    session.work_for(org_id)
    return redirect("/", 303)
