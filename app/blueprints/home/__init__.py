"""What a merchant sees first: what is set up, and the one thing to do next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.services import setup

__all__ = ["bp"]

bp = Blueprint("home", __name__)


@bp.get("/")
@session.merchant("look")
def show() -> ResponseReturnValue:
    return render_template("home/home.html", steps=setup.steps())
