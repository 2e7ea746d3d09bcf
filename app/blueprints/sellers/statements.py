"""A seller's statement, on a page that prints, and as a file."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.blueprints import moments, session
from app.blueprints.sellers import statement_words
from app.blueprints.sellers.statement_form import StatementForm
from app.services import sellers
from app.services.sellers import statement, statement_file

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/sellers/<seller_id>/statement")(show_statement)
    bp.post("/sellers/<seller_id>/statement")(export_statement)


@session.merchant("look")
def show_statement(seller_id: str) -> ResponseReturnValue:
    seller, form = sellers.get(seller_id), StatementForm(statement.currencies(seller_id))
    is_valid, after = form.validate(), request.args.get("after", "")
    found = None
    if is_valid:
        place = int(after) if after.isascii() and after.isdecimal() and len(after) < 18 else 0
        found = statement.statement(seller_id, form.chosen, form.period, after=place)
    page = render_template(
        "sellers/statement.html",
        seller=seller,
        form=form,
        statement=found,
        goes_on=bool(after),
        words=statement_words,
    )
    return page, 200 if is_valid else 422


@session.merchant("look")
def export_statement(seller_id: str) -> ResponseReturnValue:
    seller, form = sellers.get(seller_id), StatementForm(statement.currencies(seller_id))
    if not form.validate() or not form.chosen:
        asked: dict[str, Any] = request.args.to_dict()
        return redirect(url_for(".show_statement", **{**asked, "seller_id": seller_id}), 303)
    pieces = statement_file.export(
        seller.id, form.chosen, form.period, moments.zone_name(), actor=session.actor()
    )
    response = Response(stream_with_context(pieces), content_type="text/csv; charset=utf-8")
    name = f"statement-{seller.id}-{form.chosen}-{moments.today()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
