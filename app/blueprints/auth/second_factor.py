"""The second step of signing in, and switching it on and off."""

import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import once, session
from app.blueprints.auth.forms import CodeForm
from app.blueprints.forms import refuse
from app.kit import qr
from app.kit.errors import AppError, NotFound
from app.kit.tokens import digest
from app.models import User
from app.services import people, second_factor

__all__ = ["check", "halfway", "register"]

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
    cookie[HALF] = [user.id, int(time.time()), _mark(user)]
    return redirect(url_for(".code", next=goal), 303)


def _mark(user: User) -> str:
    """Stands for the password that was right: with another one the first step counts no more."""
    return digest(user.password_hash or "")[:16]


def _half() -> User | None:
    user_id, since, mark = cookie.get(HALF) or ("", 0, "")
    if time.time() - since > PATIENCE:
        return None
    user = people.get(user_id)
    return user if _mark(user) == mark else None


def check(user_id: str, form: CodeForm) -> None:
    """Let the code that was typed count, once. Raises Refused, AppError 429."""
    second_factor.check(
        user_id, form.code.data or "", address=request.remote_addr or "", known=session.known()
    )


def code() -> ResponseReturnValue:
    user = _half()
    if user is None:
        return redirect(url_for(".sign_in"), 303)
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            check(user.id, form)
            session.begin(user)
            return redirect(session.local_path(request.args.get("next")), 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/code.html", form=form), status


def _begin() -> str:
    secret = second_factor.new_secret()
    cookie[PENDING] = once.seal(secret, PENDING)
    return secret


def _pending() -> str | None:
    return once.unseal(cookie.get(PENDING), PENDING)


@session.signed_in
@session.fresh
def switch_on() -> ResponseReturnValue:
    who, form, status = session.person(), CodeForm(), 200
    secret = _pending() or _begin()
    if form.validate_on_submit():
        try:
            codes = second_factor.confirm(
                who, secret, form.code.data or "", locale=str(get_locale())
            )
            cookie.pop(PENDING)
            people.note(who, "person.second_factor_on")
            return render_template("auth/recovery.html", codes=codes)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/second_factor.html", form=form, secret=secret), status


@session.signed_in
@session.fresh
def picture() -> ResponseReturnValue:
    secret = _pending()
    if secret is None:
        raise NotFound("Nothing is being set up")
    picture = qr.svg(second_factor.address(session.person(), secret))
    return picture, 200, {"Content-Type": "image/svg+xml"}


@session.signed_in
@session.fresh
def switch_off() -> ResponseReturnValue:
    second_factor.remove(session.person(), locale=str(get_locale()))
    people.note(session.person(), "person.second_factor_off")
    flash(_("The second factor is switched off."))
    return redirect(url_for(".show"), 303)
