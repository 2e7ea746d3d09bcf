"""Signing in with another company: out to it, back from it, and what its word is worth here."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth import confirming, second_factor, sent
from app.blueprints.auth.forms import ConfirmForm, NameForm
from app.blueprints.forms import refuse, said
from app.kit.errors import AppError
from app.models import User
from app.services import identities, people, signing_up
from app.services.identities import Connect, Told

__all__ = ["register"]

PATIENCE = 600  # seconds to finish what a company's word began


def register(bp: Blueprint) -> None:
    bp.get("/login/with/<company>")(sign_in_with)
    bp.get("/login/with/<company>/callback")(come_back)
    bp.route("/login/connect", methods=["GET", "POST"])(connect_by_password)
    bp.route("/signup/finish", methods=["GET", "POST"])(finish_signing_up)
    bp.post("/account/identities/<company>")(connect)
    bp.post("/account/identities/<company>/remove")(disconnect)


def sign_in_with(company: str) -> ResponseReturnValue:
    goal = session.local_path(request.args.get("next"))
    return sent.away(company, "sign in", goal, first=request.args.get("first"))


@session.signed_in
@session.fresh
def connect(company: str) -> ResponseReturnValue:
    return sent.away(company, "connect", url_for(".show"))


def come_back(company: str) -> ResponseReturnValue:
    """What the browser was sent away for was kept beside the state, so that a callback begun for
    one purpose counts for no other."""
    trip = sent.take(company, request.args.get("state", ""))
    try:
        told = identities.finish(
            company, trip.begun, request.args.to_dict(), address=request.remote_addr or ""
        )
        purposes = {
            "sign in": _signed_in,
            "connect": _connected,
            sent.CONFIRM: confirming.confirmed,
        }
        return purposes[trip.purpose](told, trip)
    except AppError as error:
        if error.status == 404:
            raise
        page = render_template("auth/elsewhere.html", code=error.code)
        return page, error.status, error.headers


def _signed_in(told: Told, trip: sent.Trip) -> ResponseReturnValue:
    found = identities.who_is(told)
    if isinstance(found, User):
        # Who has a password gives it before something grave: whoever else sits at a browser that
        # is signed in there could sign out and in again here.
        return _enter(found, trip.goal, is_proof=found.password_hash is None)
    sent.remember(told, trip)
    if isinstance(found, Connect):
        return redirect(url_for(".connect_by_password"), 303)
    return redirect(url_for(".finish_signing_up", first=trip.first), 303)


def _enter(user: User, goal: str, *, is_proof: bool = True) -> ResponseReturnValue:
    if user.totp is not None:
        return second_factor.halfway(user, goal)
    session.begin(user, is_proof=is_proof)
    return redirect(goal, 303)


def _connected(told: Told, trip: sent.Trip) -> ResponseReturnValue:
    who = sent.same_person(trip)
    identities.connect(who.user_id, told, locale=str(get_locale()))
    people.note(who, "person.identity_connected")
    flash(_("Connected. You can sign in with it from now on."))
    return redirect(trip.goal, 303)


def connect_by_password() -> ResponseReturnValue:
    """The address has an account here: who knows its password may connect the two."""
    kept = sent.remembered(PATIENCE)
    found = identities.who_is(kept.told) if kept else None
    if kept is None or not isinstance(found, Connect):
        return redirect(url_for(".sign_in"), 303)
    form, status = ConfirmForm(), 200
    if form.validate_on_submit():
        try:
            user = people.sign_in(
                found.email,
                form.password.data or "",
                address=request.remote_addr or "",
                known=session.known(),
            )
            if user.totp is None:
                identities.connect(user.id, kept.told, locale=str(get_locale()))
                people.note_for(user, "person.identity_connected")
                sent.forget()
            return _enter(user, kept.goal if user.totp is None else url_for(".show"))
        except AppError as error:
            status = refuse(form, error, at="password")
    elif form.errors:
        status = 422
    return render_template("auth/connect.html", form=form, found=found, told=kept.told), status


def finish_signing_up() -> ResponseReturnValue:
    kept, token = sent.remembered(PATIENCE), request.args.get("first")
    if kept is None:
        return redirect(url_for(".sign_in"), 303)
    if not signing_up.may_sign_up(token):
        return render_template("auth/elsewhere.html", code="sign_up_closed"), 403
    form, status = NameForm(), 200
    if form.validate_on_submit():
        try:
            name = form.organization.data or ""
            where = request.remote_addr or ""
            session.begin(identities.sign_up(kept.told, name, token=token, address=where))
            sent.forget()
            return redirect("/", 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/finish.html", form=form, told=kept.told), status


@session.signed_in
@session.fresh
def disconnect(company: str) -> ResponseReturnValue:
    try:
        identities.disconnect(session.person(), company, locale=str(get_locale()))
        people.note(session.person(), "person.identity_removed")
        flash(_("It no longer signs you in."))
    except AppError as error:
        if error.status == 404:
            raise
        flash(said(error), "bad")
    return redirect(url_for(".show"), 303)
