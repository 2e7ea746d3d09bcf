"""What happened that a person should see: a bell on every page, and the list behind it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.home.notice_words import place_of, told
from app.kit.tenancy import as_org
from app.services import notices
from app.services.notices import Reader

__all__ = ["register"]

_PREFIX = "not_"


def register(bp: Blueprint) -> None:
    bp.app_context_processor(_for_templates)
    bp.get("/notices")(list_notices)
    bp.post("/notices/read")(read_all_notices)
    bp.post("/notices/<notice_id>/read")(read_notice)


def _for_templates() -> dict[str, Any]:
    return {"unread_notices": _unread}


def _unread() -> int:
    """For the bell, which stands also on pages that belong to a person and no organization."""
    current = session.person().current
    if current is None:
        return 0
    with as_org(current.org_id):
        return notices.unread(_reader())


def _reader() -> Reader:
    who = session.person()
    return Reader(who.user_id, who.email)


@session.merchant("look")
def list_notices() -> ResponseReturnValue:
    page = notices.page(_reader(), cursor=_cursor())
    return render_template(
        "home/notices.html",
        told=[told(one) for one in page.entries],
        newest=page.entries[0].notice.id if page.entries else None,
        older=page.next_cursor,
    )


@session.merchant("look")
def read_all_notices() -> ResponseReturnValue:
    """Up to the newest that the page showed: what came since was not seen."""
    notices.mark_all_read(_reader(), request.form.get("up_to", ""))
    return redirect(url_for(".list_notices"), 303)


@session.merchant("look")
def read_notice(notice_id: str) -> ResponseReturnValue:
    found = notices.mark_read(_reader(), notice_id)
    return redirect(place_of(found) if "open" in request.form else url_for(".list_notices"), 303)


def _cursor() -> str | None:
    text = request.args.get("before", "")
    is_one = text.startswith(_PREFIX) and len(text) <= 40 and text.isascii() and text.isprintable()
    return text if is_one else None
