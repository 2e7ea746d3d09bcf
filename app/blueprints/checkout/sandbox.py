"""The sandbox gateway's own page. It plays another company's: it knows nothing of our order."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.blueprints.checkout import language, tokens
from app.kit.errors import Conflict
from app.services import sandbox

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/sandbox/pay/<payment_id>")(show_sandbox)
    bp.post("/sandbox/pay/<payment_id>/<button>")(press_sandbox)


def show_sandbox(payment_id: str) -> ResponseReturnValue:
    return _page(payment_id)


def press_sandbox(payment_id: str, button: str) -> ResponseReturnValue:
    tokens.check(payment_id)
    try:
        view = sandbox.press(payment_id, button)
    except Conflict as error:
        return _page(payment_id, error)
    return redirect(language.kept(view.return_url), 303)


def _page(payment_id: str, error: Conflict | None = None) -> ResponseReturnValue:
    view = sandbox.look(payment_id)
    page = render_template(
        "checkout/sandbox.html",
        view=view,
        language=language.chosen(),
        back=language.kept(view.return_url),
        csrf_token=tokens.token_for(payment_id),
        error=error,
    )
    return page, 409 if error else 200
