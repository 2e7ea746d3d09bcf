"""Signing in, up and out."""

import structlog
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth import second_factor
from app.blueprints.auth.forms import SignInForm, SignUpForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError
from app.services import mail, people, signing_up

__all__ = ["register"]

log = structlog.get_logger()


def register(bp: Blueprint) -> None:
    bp.route("/login", methods=["GET", "POST"])(sign_in)
    bp.route("/signup", methods=["GET", "POST"])(sign_up)
    bp.post("/logout")(sign_out)


def sign_in() -> ResponseReturnValue:
    form, goal = SignInForm(), session.local_path(request.args.get("next"))
    if session.current():
        return redirect(goal, 303)
    status = 200
    if form.validate_on_submit():
        try:
            user = people.sign_in(
                form.email.data or "",
                form.password.data or "",
                address=request.remote_addr or "",
                known=session.known(),
            )
            if user.totp is not None:
                return second_factor.halfway(user, goal)
            session.begin(user)
            return redirect(goal, 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    _tell_the_first_of_all()
    return render_template("auth/login.html", form=form, open=signing_up.may_sign_up(None)), status


def _tell_the_first_of_all() -> None:
    """Nobody has an account yet: whoever reads the log is the operator, and gets the link."""
    link = signing_up.first_link() if signing_up.needs_first_link() else None
    if link:
        log.warning("signup.first_link", link=link)


def sign_up() -> ResponseReturnValue:
    token = request.args.get("first")
    if not signing_up.may_sign_up(token):
        _tell_the_first_of_all()
        return render_template("auth/closed.html", first=signing_up.first_link() is not None), 404
    form, status = SignUpForm(), 200
    if form.validate_on_submit():
        try:
            user = signing_up.sign_up(
                form.email.data or "",
                form.password.data or "",
                form.organization.data or "",
                address=request.remote_addr or "",
                token=token,
                locale=str(get_locale()),
            )
            session.begin(user)
            if mail.is_possible():
                flash(_("A link to confirm %(address)s is on its way.", address=user.email))
            return redirect("/", 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/signup.html", form=form), status


def sign_out() -> ResponseReturnValue:
    session.end()
    return redirect("/login", 303)
