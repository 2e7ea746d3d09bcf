"""Who did what in the organization."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.auth.audit_sentences import sentence_of
from app.services import audit

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/audit")(log)


@session.merchant("audit.look")
def log() -> ResponseReturnValue:
    before = request.args.get("before", "")
    entries, older = audit.page(int(before) if before.isdecimal() and len(before) < 18 else None)
    names = audit.names_in(entries)
    told = [(one, sentence_of(one, names)) for one in entries]
    return render_template("auth/audit.html", told=told, older=older)
