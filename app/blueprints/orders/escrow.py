"""Stopping the clock of what is held of an order, and letting it run on."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.orders.acting import done
from app.kit.errors import Refused
from app.services import escrow

__all__ = ["LONGEST", "register"]

LONGEST = 255  # characters of a reason


def register(bp: Blueprint) -> None:
    bp.post("/orders/<order_id>/escrow/dispute")(dispute)
    bp.post("/orders/<order_id>/escrow/resume")(resume)


@session.merchant("orders.change")
def dispute(order_id: str) -> ResponseReturnValue:
    def act() -> None:
        reason = " ".join(request.form.get("reason", "").split())
        if len(reason) > LONGEST:
            raise Refused("A reason has up to 255 characters", "invalid_reason")
        escrow.dispute(order_id, reason or None, actor=session.actor())

    return done(order_id, act, _("Disputed: nothing is released by itself until you resume."))


@session.merchant("orders.change")
def resume(order_id: str) -> ResponseReturnValue:
    def act() -> None:
        escrow.resume(order_id, actor=session.actor())

    return done(order_id, act, _("The dispute is over: the clock runs on."))
