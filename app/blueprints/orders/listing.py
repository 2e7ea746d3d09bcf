"""All orders of an organization, newest first."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.orders.words import STATUS, TONE
from app.services.orders import look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/orders")(index)


@session.merchant("look")
def index() -> ResponseReturnValue:
    page = look.page(cursor=request.args.get("before") or None, limit=50)
    return render_template("orders/index.html", page=page, words=STATUS, tones=TONE)
