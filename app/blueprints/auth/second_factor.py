"""The second step of signing in, and switching it on and off."""

import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.forms import CodeForm
from app.blueprints.forms import refuse
from app.kit import qr
from app.kit.errors import AppError, NotFound
from app.models import User
from app.services import people, second_factor

__all__ = ["halfway", "register"]

HALF = "half"  # whose password was right, and when
PENDING = "totp"  # the secret that is being switched on
PATIENCE = 300  # seconds between the two steps


def register(bp: Blueprint) -> None:
    bp.route("/login/code", methods=["GET", "POST"])(code)
    bp.route("/account/second-factor", methods=["GET", "POST"])(switch_on)
    bp.get("/account/second-factor/qr")(picture)
    bp.post("/account/second-factor/remove")(switch_off)


def halfway(user: User, goal: str) -> ResponseReturnValue:
    """The password was right: now the code."""
    cookie[HALF] = [user.id, int(time.time())]
    return redirect(url_for(".code", next=goal), 303)


def code() -> ResponseReturnValue:
    user_id, since = cookie.get(HALF) or ("", 0)
    if time.time() - since > PATIENCE:
        return redirect(url_for(".sign_in"), 303)
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            second_factor.check(user_id, form.code.data or "")
            session.begin(people.get(user_id))
            return redirect(session.local_path(request.args.get("next")), 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/code.html", form=form), status


@session.signed_in
@session.fresh
def switch_on() -> ResponseReturnValue:
    who, form, status = session.person(), CodeForm(), 200
    secret = cookie.setdefault(PENDING, second_factor.new_secret())
    if form.validate_on_submit():
        try:
            codes = second_factor.confirm(who, secret, form.code.data or "")
            cookie.pop(PENDING)
            return render_template("auth/recovery.html", codes=codes)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/second_factor.html", form=form, secret=secret), status


@session.signed_in
@session.fresh
def picture() -> ResponseReturnValue:
    secret = cookie.get(PENDING)
    if secret is None:
        raise NotFound("Nothing is being set up")
    picture = qr.svg(second_factor.address(session.person(), secret))
    return picture, 200, {"Content-Type": "image/svg+xml"}


@session.signed_in
@session.fresh
def switch_off() -> ResponseReturnValue:
    second_factor.remove(session.person())
    flash(_("The second factor is switched off."))
    return redirect(url_for(".show"), 303)
