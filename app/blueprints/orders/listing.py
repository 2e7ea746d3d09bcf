"""The list of an organization's orders, newest first: searched, filtered, and counted by status."""

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.orders.filter_form import FilterForm
from app.blueprints.orders.saving import asked_by, tabs
from app.blueprints.orders.words import STATUS, TONE
from app.registry import services
from app.services import providers
from app.services.orders import listing, search
from app.services.orders.filters import Filter

__all__ = ["named_by", "register", "wanted_by"]

_ID = re.compile(r"ord_[0-9A-Z]{26}")


def register(bp: Blueprint) -> None:
    bp.get("/orders")(index)


@session.merchant("look")
def index() -> ResponseReturnValue:
    form = FilterForm(providers.index())
    if not form.validate():
        return _shown(form, None), 422
    ids = named_by(form)
    if len(ids) == 1:
        return _to_order(ids[0])
    return _shown(form, wanted_by(form, ids))


def named_by(form: FilterForm) -> Sequence[str]:
    """The orders that the text of a valid form is an id of."""
    return search.having_id(form.text) if form.text else ()


def wanted_by(form: FilterForm, ids: Sequence[str]) -> Filter:
    """All that a valid form asks for; `ids` are what its text is an id of."""
    wanted = form.wanted
    if ids:
        return Filter(status=wanted.status, ids=tuple(ids))
    return search.beginning_with(wanted, form.text) if form.text else wanted


def _to_order(order_id: str) -> ResponseReturnValue:
    where = url_for(".show", order_id=order_id)
    if _is_fragment():
        return "", 200, {"HX-Redirect": where}
    return redirect(where, 303)


def _shown(form: FilterForm, wanted: Filter | None) -> Response:
    said: dict[str, Any] = form.said
    before, after = (_cursor(name) for name in ("before", "after"))
    page = listing.page(wanted, before=before, after=after) if wanted else listing.Listing(())
    counts = listing.counts(wanted) if wanted else {}
    response = make_response(
        render_template(
            "orders/_found.html" if _is_fragment() else "orders/index.html",
            form=form,
            is_fragment=_is_fragment(),
            page=page,
            counts=counts,
            counted=listing.COUNTED,
            saved=tabs(),
            asked_by=asked_by,
            is_new=wanted == Filter() and not page.orders and not before,
            words=STATUS,
            tones=TONE,
            titles={key: one.title for key, one in services().items()},
            names={one.id: one.name for one in form.by_slug.values()},
        )
    )
    response.headers["HX-Push-Url"] = url_for(".index", **said)
    response.vary.add("HX-Request")
    return response


def _is_fragment() -> bool:
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _cursor(name: str) -> str | None:
    """Where a page starts; anything but an order's id starts at the newest."""
    given = request.args.get(name, "")
    return given if _ID.fullmatch(given) else None
