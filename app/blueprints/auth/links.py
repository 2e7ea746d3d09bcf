"""Doors that the links of our letters open: a new password, a proven e-mail address."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.forms import AddressForm, ChooseForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError, Refused
from app.services import links, lost_passwords, mail, mail_addresses, people

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/login/forgot", methods=["GET", "POST"])(forgot)
    bp.route("/login/reset/<token>", methods=["GET", "POST"])(reset)
    bp.route("/account/address/<token>", methods=["GET", "POST"])(confirm_address)


def forgot() -> ResponseReturnValue:
    form, status = AddressForm(), 200
    if form.validate_on_submit():
        try:
            lost_passwords.ask(
                form.email.data or "",
                address=request.remote_addr or "",
                locale=str(get_locale()),
            )
            flash(_("If that address has an account, a link is on its way to it."))
            return redirect(url_for(".sign_in"), 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/forgot.html", form=form, can_send=mail.is_possible()), status


def reset(token: str) -> ResponseReturnValue:
    form, status = ChooseForm(), 200
    try:
        user = links.read_reset(token)
        if form.validate_on_submit():
            lost_passwords.choose(token, form.password.data or "", locale=str(get_locale()))
            session.end()
            flash(_("Your new password counts from now on. Please sign in with it."))
            return redirect(url_for(".sign_in"), 303)
        status = 422 if form.errors else 200
    except Refused as error:
        if error.code == "bad_link":
            return _worthless(url_for(".forgot"))
        status = refuse(form, error)
    return render_template("auth/reset.html", form=form, email=user.email), status


def confirm_address(token: str) -> ResponseReturnValue:
    """The link only shows a button: programs that look into mail open links, but press nothing.
    It counts for who is signed in as that person, so that nobody proves an address for a stranger
    who signed up with it."""
    try:
        user, address = links.read_confirmation(token)
        who = session.current()
        if who is None:
            return redirect(url_for(".sign_in", next=request.path), 303)
        if who.user_id != user.id:  # the letter is about somebody else's account
            return _worthless(url_for(".show"))
        if request.method == "GET":
            return render_template("auth/address.html", address=address)
        after = mail_addresses.confirm(token, locale=str(get_locale()))
        people.note_for(after, "person.address_confirmed")
    except Refused as error:
        if error.code == "email_taken":
            flash(_("That e-mail address already has an account."), "bad")
            return redirect(url_for(".show"), 303)
        return _worthless(url_for(".show"))
    flash(_("The address is confirmed."))
    return redirect(url_for(".show"), 303)


def _worthless(again: str) -> ResponseReturnValue:
    return render_template("auth/bad_link.html", again=again), 410
