"""Whose browser this is. Flask-Login carries the session's secret in the signed cookie and is known
here alone; the row behind the secret decides, so that signing out ends it."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.blueprints import assets
from app.kit.errors import Forbidden
from app.kit.tenancy import as_org
from app.models import User
from app.services import sessions
from app.services.permissions import permits
from app.services.sessions import SignedIn

__all__ = [
    "actor",
    "begin",
    "current",
    "end",
    "forms_lead_to",
    "fresh",
    "init_app",
    "known",
    "local_path",
    "may",
    "merchant",
    "page_of_this_form",
    "person",
    "prefer",
    "renew",
    "signed_in",
    "work_for",
]

View = Callable[..., ResponseReturnValue]
KNOWN = "known"  # who was signed in here before, kept over signing out

_manager = LoginManager()
_manager.session_protection = None  # the row knows more than Flask-Login's guess


class _Holder(UserMixin):  # type: ignore[misc]
    """What Flask-Login passes around: the secret, and whom it stands for."""

    def __init__(self, secret: str, who: SignedIn | None = None) -> None:
        self.id = secret
        self.who = who


def init_app(app: Flask) -> None:
    """Let Flask-Login read and write the cookie."""
    # What its own init_app does but for two things: a second `who` in templates, and a look into
    # the session after every answer, which would make styles and scripts differ by cookie.
    app.login_manager = _manager  # type: ignore[attr-defined]
    app.before_request(_preferences)
    app.context_processor(_for_templates)


def _for_templates() -> dict[str, Any]:
    return {
        "who": current(),
        "may": may,
        "this_page": page_of_this_form,
        "timezone": g.get("timezone_hint"),
        "has_shortcuts": g.get("has_shortcuts", False),
    }


def _preferences() -> None:
    """What a signed-in person chose stays chosen."""
    if assets.is_one() or "_user_id" not in session:
        return  # whoever looks into the session makes the answer differ by cookie
    if chosen := request.args.get("lang"):
        session["lang"] = chosen[:10]
    g.locale_hint = session.get("lang")
    g.timezone_hint = session.get("timezone")
    g.has_shortcuts = session.get("shortcuts", True)


def prefer(locale: str | None, timezone: str | None, *, shortcuts: bool) -> None:
    """Let this browser's pages be as the person wants them from now on."""
    session["lang"] = locale or session.get("lang")
    session["timezone"] = timezone
    session["shortcuts"] = shortcuts


@_manager.user_loader  # type: ignore[untyped-decorator]
def _load(secret: str) -> _Holder | None:
    who = sessions.find(secret)
    if who is None:
        return None
    sessions.seen(who)
    return _Holder(secret, who)


def current() -> SignedIn | None:
    """Who sends this request; None for a stranger."""
    if "_user_id" not in session:
        return None  # spares a look into the database, and pages of customers the question
    if "who" not in g:
        g.who = None  # an error page asks again, also when the database is what is away
        g.who = getattr(current_user, "who", None)
    found: SignedIn | None = g.who
    return found


def may(permission: str) -> bool:
    """Whether the person may do something for the organization they work for now."""
    who = current()
    return bool(who and who.current and permits(who.current.role, permission))


def begin(user: User, *, is_proof: bool = True) -> None:
    """Sign this browser in, with a cookie that nobody held before. `is_proof`, and what is raised,
    as in `sessions.start`."""
    secret = sessions.start(
        user,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        is_proof=is_proof,
    )
    chosen = session.get("lang")
    end()
    session.clear()
    session.permanent = True
    session[KNOWN] = user.id
    prefer(user.locale or chosen, user.timezone, shortcuts=user.shortcuts)
    login_user(_Holder(secret))
    g.pop("who", None)


def renew(secret: str) -> None:
    """Go on with another secret for the same session."""
    session["_user_id"] = secret


def work_for(org_id: str) -> None:
    """Work for another organization. Forms that are open in other tabs were drawn for the one
    before: they are refused, by a new token for forms."""
    sessions.work_for(person(), org_id)
    session.pop("csrf_token", None)


def end() -> None:
    """Sign this browser out."""
    who = current()
    if who:
        sessions.end(who, who.session_id)
    was = session.get(KNOWN)
    logout_user()
    session.clear()
    g.pop("who", None)
    if was:
        session[KNOWN] = was
        session.permanent = True


def known() -> str | None:
    """The id of the person this browser was signed in as before."""
    return session.get(KNOWN)


def signed_in(view: View) -> View:
    """Let only people in who are signed in; others sign in first and come back."""

    @wraps(view)
    def checked(**ids: Any) -> ResponseReturnValue:
        return view(**ids) if current() else _to_sign_in()

    checked.permission = "signed in"  # type: ignore[attr-defined]
    return checked


def merchant(permission: str) -> Callable[[View], View]:
    """Let only people in whose role has a permission, in the organization they work for."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(**ids: Any) -> ResponseReturnValue:
            who = current()
            if who is None:
                return _to_sign_in()
            if who.current is None:
                return redirect(url_for("auth.show"), 303)  # the one page for who belongs nowhere
            if not permits(who.current.role, permission):
                raise Forbidden("Your role does not allow this", "role_forbids")
            with as_org(who.current.org_id):
                return view(**ids)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def fresh(view: View) -> View:
    """Ask for the password again when it was not given a short time ago."""

    @wraps(view)
    def checked(**ids: Any) -> ResponseReturnValue:
        who = current()
        if who and not who.is_fresh:
            return redirect(url_for("auth.confirm", next=page_of_this_form()), 303)
        return view(**ids)

    checked.is_fresh = True  # type: ignore[attr-defined]
    return checked


def local_path(text: str | None) -> str:
    """An address to go on to, if it is a path of ours; else the home page.

    Browsers read backslashes as slashes and drop tabs, so anything unusual is not followed.
    """
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    return "/" if any(letter in "\\\t\r\n" or letter < " " for letter in text) else text


def _to_sign_in() -> ResponseReturnValue:
    where = url_for("auth.sign_in", next=page_of_this_form())
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": where}
    return redirect(where, 303)


def page_of_this_form() -> str:
    """The page that a request belongs to: a form cannot be sent again by a redirect, so people
    come back to the page that has it."""
    if request.method == "GET":
        return local_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    return local_path(came_from.path) if came_from.netloc == request.host else "/"


def person() -> SignedIn:
    """Who sends this request. Only behind `signed_in` or `merchant`."""
    who = current()
    if who is None:
        raise RuntimeError("nobody is signed in")
    return who


def forms_lead_to(origins: Iterable[str]) -> None:
    """Let this page's forms be answered by a redirect to these origins as well."""
    g.form_targets = list(origins)


def actor() -> str:
    """Who is written into the audit log. Only behind `signed_in` or `merchant`."""
    return person().email
