"""One more organization for somebody who has an account."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.auth.forms import NameForm
from app.blueprints.forms import refuse
from app.kit.errors import AppError, Forbidden
from app.services import signing_up

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/account/organizations/new", methods=["GET", "POST"])(open_organization)
    bp.app_context_processor(_for_templates)


def _for_templates() -> dict[str, object]:
    return {"may_open_another": signing_up.may_open_another}


@session.signed_in
def open_organization() -> ResponseReturnValue:
    """Name it, and work for it from then on."""
    form, status = NameForm(), 200
    if not signing_up.may_open_another():
        raise Forbidden("Ask whoever runs this installation for an organization", "sign_up_closed")
    if form.validate_on_submit():
        try:
            made = signing_up.open_another(session.person(), form.organization.data or "")
            session.work_for(made)
            return redirect("/", 303)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("auth/open.html", form=form), status
