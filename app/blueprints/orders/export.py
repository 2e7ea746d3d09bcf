"""Orders as CSV: exactly those that the list shows, in the columns and time zone chosen."""

from collections.abc import Iterator
from typing import Any

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.blueprints import moments, session
from app.blueprints.orders import listing
from app.blueprints.orders.export_form import ExportForm
from app.blueprints.orders.filter_form import FilterForm
from app.kit import clock
from app.services import exports, providers

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/orders/export", methods=["GET", "POST"])(ask)
    bp.get("/orders/exports/<export_id>")(progress)
    bp.get("/orders/exports/<export_id>/file")(download)
    bp.post("/orders/exports/<export_id>/cancel")(stop)


@session.merchant("look")
def ask() -> ResponseReturnValue:
    form, filters = ExportForm(), FilterForm(providers.index())
    said: dict[str, Any] = filters.said
    if not filters.validate():
        return redirect(url_for(".index", **said), 303)  # which says what is wrong with them
    if form.validate_on_submit():
        return _export(form, filters)
    page = render_template(
        "orders/export.html", form=form, said=said, latest=exports.latest(), few=exports.AT_ONCE
    )
    return page, 422 if form.errors else 200


def _export(form: ExportForm, filters: FilterForm) -> ResponseReturnValue:
    wanted = listing.wanted_by(filters, listing.named_by(filters))
    asked = (wanted, form.columns.data, form.zone.data)
    if exports.fits_at_once(wanted):
        return _sent(exports.at_once(*asked, actor=session.actor()))
    export_id = exports.start(*asked, actor=session.actor())
    return redirect(url_for(".progress", export_id=export_id), 303)


def _sent(pieces: Iterator[bytes]) -> Response:
    response = Response(stream_with_context(pieces), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=_name())
    return response


def _name() -> str:
    return f"orders-{clock.now().astimezone(moments.zone()):%Y-%m-%d-%H%M}.csv"


@session.merchant("look")
def progress(export_id: str) -> ResponseReturnValue:
    return render_template("orders/progress.html", export=exports.get(export_id))


@session.merchant("look")
def download(export_id: str) -> ResponseReturnValue:
    response = send_file(
        exports.path_of_ready(export_id),
        mimetype="text/csv; charset=utf-8",
        as_attachment=True,
        download_name=_name(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@session.merchant("look")
def stop(export_id: str) -> ResponseReturnValue:
    exports.cancel(export_id)
    return redirect(url_for(".progress", export_id=export_id), 303)
