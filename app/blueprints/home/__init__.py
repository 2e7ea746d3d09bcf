"""What a merchant sees first: what needs them, how business goes, and how far the set-up is."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.home import asked, drawn
from app.services import business, providers, setup

__all__ = ["bp"]

bp = Blueprint("home", __name__)
bp.add_app_template_filter(drawn.money, "money")


@bp.get("/")
@session.merchant("look")
def show() -> ResponseReturnValue:
    shops, modes = providers.index(), business.modes()
    question = asked.read(request.args, shops, modes)
    found = business.look(question)
    return render_template(
        "home/home.html",
        steps=setup.steps(),
        asked=question,
        modes=modes,
        providers=shops,
        found=found,
        drawn=drawn.volume(found),
        at=asked.address(question, shops),
        periods=business.PERIODS,
    )
