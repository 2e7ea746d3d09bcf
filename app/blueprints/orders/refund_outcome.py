"""Saying what became of a refund that only a person can look up."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.orders.acting import done
from app.services import refunds

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/orders/<order_id>/refunds/<refund_id>/said")(refund_said)


@session.merchant("orders.change")
@session.fresh
def refund_said(order_id: str, refund_id: str) -> ResponseReturnValue:
    def act() -> None:
        said = request.form.get("said", "")
        refunds.decide(order_id, refund_id, said, actor=session.actor())

    return done(order_id, act, _("Noted: this is how it stands now."))
