"""One order with everything about it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.orders.acting import done
from app.blueprints.orders.words import STATUS, TONE
from app.services.orders import look, mending

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/orders/<order_id>")(show)
    bp.post("/orders/<order_id>/sync")(sync)


@session.merchant("look")
def show(order_id: str) -> ResponseReturnValue:
    return render_template("orders/order.html", whole=look.get(order_id), words=STATUS, tones=TONE)


@session.merchant("orders.change")
def sync(order_id: str) -> ResponseReturnValue:
    """Ask the gateway how the order and its refunds stand."""

    def act() -> None:
        mending.ask_again(order_id, actor=session.actor())

    return done(order_id, act, _("Asked: this is how it stands now."))
