"""What was sent to the endpoints of all providers, and what came of it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.forms import said
from app.blueprints.providers import delivery_words as words
from app.blueprints.providers.curl import curl
from app.blueprints.providers.delivery_filters import FilterForm, cursor
from app.kit import clock
from app.kit.errors import Conflict
from app.services import deliveries
from app.services.deliveries import log
from app.services.deliveries.signatures import SIGNATURE, TOLERANCE

__all__ = ["bp"]

bp = Blueprint("deliveries", __name__)  # within the providers' door, with a place of its own


@bp.get("/deliveries")
@session.merchant("look")
def index() -> ResponseReturnValue:
    form = FilterForm(log.endpoints())
    is_valid = form.validate()
    page = log.page(form.wanted(), cursor=cursor()) if is_valid else log.Page([], None)
    shown = render_template("deliveries/index.html", form=form, page=page, words=words)
    return shown, 200 if is_valid else 422


@bp.get("/deliveries/<delivery_id>")
@session.merchant("look")
def show(delivery_id: str) -> ResponseReturnValue:
    whole = log.get(delivery_id)
    last = whole.tries[-1] if whole.tries else None
    line = curl(whole.endpoint.url, last.request_headers, whole.payload) if last else None
    return render_template(
        "deliveries/delivery.html",
        whole=whole,
        words=words,
        curl=line,
        signature=SIGNATURE,
        replayable_since=clock.now() - TOLERANCE,
    )


@bp.post("/deliveries/<delivery_id>/redeliver")
@session.merchant("orders.change")
def redeliver(delivery_id: str) -> ResponseReturnValue:
    try:
        deliveries.redeliver(delivery_id)
        flash(_("It is on its way once more."))
    except Conflict as error:
        flash(said(error))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)
