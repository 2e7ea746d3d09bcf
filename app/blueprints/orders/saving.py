"""Keeping the filters that the list's address asks for, by a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.blueprints import session
from app.blueprints.orders.filter_form import FilterForm
from app.kit.errors import Refused
from app.services import providers
from app.services.orders import saved
from app.services.orders.saved import SavedFilter

__all__ = ["asked_by", "register", "tabs"]


def register(bp: Blueprint) -> None:
    bp.post("/orders/filters")(save_filter)
    bp.post("/orders/filters/forget")(forget_filter)


def asked_by(form: FilterForm) -> str:
    """What a form asks for as a query, always in the same order; empty when it asks nothing."""
    return urlencode(sorted(form.without("lang").items()))


def tabs() -> list[tuple[str, str, dict[str, str]]]:
    """Name, query, and values for the address of each filter that the person kept."""
    kept = saved.kept_by(session.person().user_id)
    return [(one.name, one.query, dict(parse_qsl(one.query))) for one in kept]


@session.merchant("look")
def save_filter() -> ResponseReturnValue:
    """The filters are in the address, so that they are checked as the list checks them."""
    form = FilterForm(providers.index())
    asked = asked_by(form)
    if form.validate() and asked:
        _keep(SavedFilter(request.form.get("name", ""), asked))
    return _back(form)


def _keep(wanted: SavedFilter) -> None:
    try:
        saved.keep(session.person().user_id, wanted)
    except Refused as error:
        texts = {
            "too_many": gettext(
                "You have saved %(number)s filters already: forget one first.", number=saved.MOST
            )
        }
        short = gettext("Give a name of up to %(number)s characters.", number=saved.LONGEST_NAME)
        flash(texts.get(error.code, short), "bad")
    else:
        flash(gettext("Saved."))


@session.merchant("look")
def forget_filter() -> ResponseReturnValue:
    saved.forget(session.person().user_id, request.form.get("name", ""))
    return _back(FilterForm(providers.index()))


def _back(form: FilterForm) -> ResponseReturnValue:
    said: dict[str, Any] = form.said
    return redirect(url_for(".index", **said), 303)
