"""What a customer keeps of a payment."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.checkout import language
from app.blueprints.checkout.finding import find
from app.kit.errors import NotFound
from app.services import checkout

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/checkout/o/<token>/receipt")(receipt)


def receipt(token: str) -> ResponseReturnValue:
    """The receipt; before the payment the page where it can be paid."""
    order = find(token)
    try:
        found = checkout.receipt(order)
    except NotFound:
        return redirect(url_for(".show", token=token, **language.chosen()), 303)
    g.locale_hint, g.style = found.order.locale, found.brand.css
    return render_template(
        "checkout/receipt.html", receipt=found, token=token, language=language.chosen()
    )
