"""What a merchant sees first: what needs them, how business goes, and how far the set-up is."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.attention_words import ATTENTION
from app.blueprints.home import asked, drawn, notices
from app.services import business, integrations, needs, providers, setup

__all__ = ["bp"]

bp = Blueprint("home", __name__)
notices.register(bp)


@bp.get("/")
@session.merchant("look")
def show() -> ResponseReturnValue:
    shops, modes, cards = providers.index(), business.modes(), integrations.cards()
    question = asked.read(request.args, shops, modes)
    found = business.look(question)
    return render_template(
        "home/home.html",
        needs=needs.look(question.test_mode, cards),
        attention=ATTENTION,
        steps=setup.steps(cards),
        is_hidden=setup.is_hidden(session.person().user_id),
        asked=question,
        modes=modes,
        providers=shops,
        found=found,
        drawn=drawn.volume(found),
        at=asked.address(question, shops),
        periods=business.PERIODS,
    )


@bp.post("/set-up/hide")
@session.merchant("look")
def hide() -> ResponseReturnValue:
    """Each person puts the list away for themselves."""
    setup.put_away(session.person().user_id, hidden=True)
    return redirect(url_for(".show", _anchor="set-up"), 303)


@bp.post("/set-up/show")
@session.merchant("look")
def unhide() -> ResponseReturnValue:
    """And takes it out again."""
    setup.put_away(session.person().user_id, hidden=False)
    return redirect(url_for(".show", _anchor="set-up"), 303)
