"""Saying what became of money of an order that only a person can look up."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.orders.acting import done
from app.services import escrow, moves, refunds

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/orders/<order_id>/refunds/<refund_id>/made")(refund_made)
    bp.post("/orders/<order_id>/refunds/<refund_id>/not-made")(refund_not_made)
    bp.post("/orders/<order_id>/releases/<release_id>/not-made")(release_not_made)
    bp.post("/orders/<order_id>/reversals/<reversal_id>/not-made")(reversal_not_made)


@session.merchant("orders.change")
@session.fresh
def refund_made(order_id: str, refund_id: str) -> ResponseReturnValue:
    return _noted(
        order_id, lambda: refunds.decide(order_id, refund_id, moves.MADE, actor=session.actor())
    )


@session.merchant("orders.change")
@session.fresh
def refund_not_made(order_id: str, refund_id: str) -> ResponseReturnValue:
    return _noted(
        order_id, lambda: refunds.decide(order_id, refund_id, moves.NOT_MADE, actor=session.actor())
    )


@session.merchant("payouts.change")
@session.fresh
def release_not_made(order_id: str, release_id: str) -> ResponseReturnValue:
    return _noted(
        order_id, lambda: escrow.decide_release(order_id, release_id, actor=session.actor())
    )


@session.merchant("orders.change")
@session.fresh
def reversal_not_made(order_id: str, reversal_id: str) -> ResponseReturnValue:
    return _noted(
        order_id, lambda: escrow.decide_reversal(order_id, reversal_id, actor=session.actor())
    )


def _noted(order_id: str, act: Callable[[], None]) -> ResponseReturnValue:
    return done(order_id, act, _("Noted: this is how it stands now."))
