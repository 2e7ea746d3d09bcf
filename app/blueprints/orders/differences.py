"""Gateway says, we say: what a person should look at, with what they may do about it."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.amounts import money, rewritten
from app.blueprints.attention_words import ATTENTION
from app.blueprints.orders.acting import done
from app.blueprints.orders.words import STATUS, TONE
from app.blueprints.reason_words import reason_of
from app.registry import services
from app.services.orders import differences as found
from app.services.orders import mending
from app.services.orders.differences import Difference

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
        attention=ATTENTION,
        gateway_says=_gateway_says,
        words=STATUS,
        tones=TONE,
    )


def _gateway_says(one: Difference) -> str:
    """What was last heard of the gateway, as far as it was noted."""
    told, payment = one.told, one.payment
    data: dict[str, Any] = told.data if told else {}
    if received := data.get("received"):
        return str(_("%(amount)s came", amount=rewritten(str(received))))
    if reason := data.get("reason") or data.get("failure"):
        return reason_of(str(reason))
    if payment and payment.status == "succeeded":
        return str(_("%(amount)s came", amount=money(payment.money)))
    if payment and payment.failure:
        return reason_of(payment.failure)
    return str(_("Nothing yet"))


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
