"""Gateway says, we say: what a person should look at, with what they may do about it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.orders.acting import done
from app.blueprints.orders.attention_words import DEALT_WITH, SHORT, WHY, gateway_says
from app.blueprints.orders.words import STATUS, TONE
from app.registry import services
from app.services.orders import differences as found
from app.services.orders import mending

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/orders/differences")(differences)
    bp.post("/orders/<order_id>/accept")(accept)
    bp.post("/orders/<order_id>/looked-at")(looked_at)


@session.merchant("look")
def differences() -> ResponseReturnValue:
    page, older = found.page(request.args.get("before") or None)
    return render_template(
        "orders/differences.html",
        page=page,
        older=older,
        companies=services(),
        short=SHORT,
        why=WHY,
        dealt_with=DEALT_WITH,
        gateway_says=gateway_says,
        words=STATUS,
        tones=TONE,
    )


@session.merchant("orders.change")
def accept(order_id: str) -> ResponseReturnValue:
    """Money that came late is taken after all."""

    def act() -> None:
        mending.accept_late(order_id, actor=session.actor())

    return done(order_id, act, _("Accepted: the order is paid, and the provider is told."))


@session.merchant("orders.change")
def looked_at(order_id: str) -> ResponseReturnValue:
    """A person says that it is dealt with."""

    def act() -> None:
        mending.look_at(order_id, request.form.get("code", ""), actor=session.actor())

    return done(order_id, act, _("Noted: it is dealt with."))
