"""Proving once more who one is, before something grave: by the password, or by a company's word."""

import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth import second_factor as by_code
from app.blueprints.auth import sent
from app.blueprints.auth.forms import CodeForm, ConfirmForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError
from app.services import identities, people, second_factor, sessions
from app.services.identities import Told

__all__ = ["confirmed", "register"]

VOUCHED = "vouched"  # in which session a company's word was right, and when
PATIENCE = 300  # seconds between the company's word and the code


def register(bp: Blueprint) -> None:
    bp.route("/account/confirm", methods=["GET", "POST"])(confirm)
    bp.route("/account/confirm/code", methods=["GET", "POST"])(confirm_by_code)
    bp.post("/account/confirm/<company>")(confirm_with)


@session.signed_in
def confirm() -> ResponseReturnValue:
    form, status, who = ConfirmForm(), 200, session.person()
    if form.validate_on_submit():
        try:
            return _go_on(people.prove(who, form.password.data or ""))
        except AppError as error:
            status = refuse(form, error, at="password")
    elif form.errors:
        status = 422
    session.forms_lead_to(one.origin for one in identities.companies().values())
    page = render_template(
        "auth/confirm.html",
        form=form,
        has_password=people.has_password(who.user_id),
        identities=identities.list_of(who) if identities.may_confirm(who.user_id) else [],
    )
    return page, status


@session.signed_in
def confirm_with(company: str) -> ResponseReturnValue:
    goal = session.local_path(request.args.get("next"))
    if not identities.may_confirm(session.person().user_id):
        return redirect(url_for(".confirm", next=goal), 303)
    return sent.away(company, sent.CONFIRM, goal)


def confirmed(told: Told, trip: sent.Trip) -> ResponseReturnValue:
    """What a company's word is worth to who is signed in: all where there is no password, and
    half where a second factor is on. Raises Refused."""
    who = sent.same_person(trip)
    if not (identities.may_confirm(who.user_id) and identities.is_same(told, who.user_id)):
        flash(_("That account is not connected to yours."), "bad")
        return redirect(url_for(".confirm", next=trip.goal), 303)
    if second_factor.is_on(who.user_id):
        cookie[VOUCHED] = [who.session_id, int(time.time())]
        return redirect(url_for(".confirm_by_code", next=trip.goal), 303)
    session.renew(sessions.renew(who))
    return redirect(trip.goal, 303)


@session.signed_in
def confirm_by_code() -> ResponseReturnValue:
    who, form, status = session.person(), CodeForm(), 200
    session_id, since = cookie.get(VOUCHED) or ("", 0)
    if session_id != who.session_id or time.time() - since > PATIENCE:
        return redirect(url_for(".confirm", next=session.local_path(request.args.get("next"))), 303)
    if form.validate_on_submit():
        try:
            by_code.check(who.user_id, form)
            cookie.pop(VOUCHED)
            return _go_on(sessions.renew(who))
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/code.html", form=form), status


def _go_on(secret: str) -> ResponseReturnValue:
    session.renew(secret)
    return redirect(session.local_path(request.args.get("next")), 303)
