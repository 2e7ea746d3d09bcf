"""An invitation's link: join as who one is, or as somebody new."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.duties import sentence_of
from app.blueprints.auth.forms import ROLES, ChooseForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError, Refused
from app.models import Role
from app.services import invitations
from app.services.invitations import Look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/invitation/<token>", methods=["GET"])(invitation)
    bp.post("/invitation/<token>/accept")(accept)
    bp.post("/invitation/<token>/join")(join)


def _look(token: str) -> Look | None:
    try:
        return invitations.look(token)
    except Refused:
        return None


def _over() -> ResponseReturnValue:
    return render_template("auth/bad_link.html", again=url_for(".sign_in")), 410


def _page(token: str, found: Look, form: ChooseForm, status: int = 200) -> ResponseReturnValue:
    role = Role(found.role)
    page = render_template(
        "auth/join.html",
        found=found,
        form=form,
        token=token,
        role=ROLES[role],
        duties=sentence_of(role),
    )
    return page, status


def invitation(token: str) -> ResponseReturnValue:
    found = _look(token)
    return _page(token, found, ChooseForm(formdata=None)) if found else _over()


@session.signed_in
def accept(token: str) -> ResponseReturnValue:
    found = _look(token)
    if found is None:
        return _over()
    invitations.accept(found, session.person())
    session.work_for(found.org_id)
    flash(_("Welcome to %(organization)s.", organization=found.organization))
    return redirect("/", 303)


def join(token: str) -> ResponseReturnValue:
    found, form = _look(token), ChooseForm()
    if found is None:
        return _over()
    if not form.validate_on_submit():
        return _page(token, found, form, 422)
    try:
        user = invitations.join(found, form.password.data or "")
    except AppError as error:
        return _page(token, found, form, refuse(form, error))
    session.begin(user)
    return redirect("/", 303)
