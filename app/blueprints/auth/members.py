"""The people of an organization: who is here, who is invited, what each may do."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.auth.duties import sentence_of
from app.blueprints.auth.forms import ROLES, InviteForm
from app.blueprints.forms import refuse, said
from app.kit.errors import AppError
from app.models import Role
from app.services import invitations, mail
from app.services import members as people

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/settings/members")(members)
    bp.post("/settings/members")(invite)
    bp.post("/settings/members/<membership_id>/role/<role>")(change_role)
    bp.post("/settings/members/<membership_id>/remove")(remove)
    bp.post("/settings/members/leave")(leave)
    bp.post("/settings/invitations/<invitation_id>/revoke")(revoke)


def _page(form: InviteForm, status: int = 200) -> ResponseReturnValue:
    can_send = mail.is_possible()
    waiting = invitations.open_ones()
    page = render_template(
        "auth/members.html",
        form=form,
        members=people.list_of(),
        waiting=waiting,
        links={} if can_send else invitations.links_for(session.person(), waiting),
        can_send=can_send,
        roles=ROLES,
        duties={one: sentence_of(one) for one in Role},
    )
    return page, status


@session.merchant("members.look")
def members() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


@session.merchant("members.change")
@session.fresh
def invite() -> ResponseReturnValue:
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        made = invitations.invite(
            session.person(), form.email.data or "", form.role.data, locale=str(get_locale())
        )
    except AppError as error:
        return _page(form, refuse(form, error))
    flash(_("%(address)s is invited.", address=made.email))
    return redirect(url_for(".members"), 303)


@session.merchant("members.change")
@session.fresh
def change_role(membership_id: str, role: str) -> ResponseReturnValue:
    try:
        people.change_role(session.person(), membership_id, role)
        flash(_("The role was changed. It counts at once."))
    except AppError as error:
        _tell(error)
    return redirect(url_for(".members"), 303)


@session.merchant("members.change")
@session.fresh
def remove(membership_id: str) -> ResponseReturnValue:
    try:
        people.remove(session.person(), membership_id)
        flash(_("That person is no longer a member."))
    except AppError as error:
        _tell(error)
    return redirect(url_for(".members"), 303)


@session.merchant("look")
@session.fresh
def leave() -> ResponseReturnValue:
    try:
        people.leave(session.person())
    except AppError as error:
        _tell(error)
        return redirect(url_for(".members"), 303)
    cookie.pop("csrf_token", None)  # forms that are open in other tabs were the organization's
    flash(_("You left the organization."))
    return redirect(url_for(".show"), 303)


@session.merchant("members.change")
@session.fresh
def revoke(invitation_id: str) -> ResponseReturnValue:
    try:
        invitations.revoke(session.person(), invitation_id)
        flash(_("The invitation is taken back."))
    except AppError as error:
        _tell(error)
    return redirect(url_for(".members"), 303)


def _tell(error: AppError) -> None:
    """A refusal on the page after; what is not there, or not theirs, stays a page of its own."""
    if error.status not in {400, 403, 409}:
        raise error
    flash(said(error), "bad")
