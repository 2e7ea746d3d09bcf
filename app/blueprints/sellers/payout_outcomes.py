"""What became of a payout whose answer was lost: having it asked about again, or saying so."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.sellers.acting import done
from app.services import payouts

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/sellers/<seller_id>/payouts/<payout_id>/ask")(ask_payout)
    bp.post("/sellers/<seller_id>/payouts/<payout_id>/not-made")(payout_not_made)


@session.merchant("payouts.change")
def ask_payout(seller_id: str, payout_id: str) -> ResponseReturnValue:
    return done(
        seller_id,
        lambda: payouts.ask_again(seller_id, payout_id),
        _("The payment company is asked again; what it answers stands here in a moment."),
        "payouts",
    )


@session.merchant("payouts.change")
@session.fresh
def payout_not_made(seller_id: str, payout_id: str) -> ResponseReturnValue:
    return done(
        seller_id,
        lambda: payouts.decide(seller_id, payout_id, actor=session.actor()),
        _("Noted: this is how it stands now."),
        "payouts",
    )
