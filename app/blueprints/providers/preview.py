"""Where a customer would be sent back to, shown beside the field while it is typed."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.forms import said
from app.kit.errors import NotFound, Refused
from app.services import redirects

__all__ = ["Preview", "preview", "register"]

FIELDS = ("success_url", "cancel_url")


@dataclass(frozen=True)
class Preview:
    """An address with example values, or what is wrong with it."""

    url: str | None = None
    wrong: str = ""
    unknown: tuple[str, ...] = ()


def register(bp: Blueprint) -> None:
    bp.get("/providers/new/preview")(show_preview)


def preview(typed: str | None, field: str) -> Preview:
    """What becomes of an address as it is typed; nothing for nothing."""
    try:
        url = redirects.check(typed, field)
    except Refused as error:
        return Preview(wrong=said(error))
    if url is None:
        return Preview()
    status = "paid" if field == "success_url" else "cancelled"
    filled = redirects.fill(url, {**redirects.EXAMPLE, "status": status})
    return Preview(filled, unknown=tuple(redirects.unknown_places(url)))


@session.merchant("providers.change")
def show_preview() -> ResponseReturnValue:
    field = next((one for one in FIELDS if one in request.args), None)
    if field is None:
        raise NotFound("No such field")
    shown = preview(request.args[field], field)
    return render_template("providers/_preview.html", preview=shown, name=field)
