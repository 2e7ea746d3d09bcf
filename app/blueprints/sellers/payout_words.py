"""What became of a payout that was asked for, and why none can be, in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.blueprints.sellers.refusals import refusal
from app.kit.errors import AppError
from app.models import PayoutStatus
from app.services.payouts import Obstacle

__all__ = ["OBSTACLE", "STATES", "refused"]

STATES = {
    PayoutStatus.requested: _("The payout is being asked for."),
    PayoutStatus.pending: _("The payout is on its way to their bank."),
    PayoutStatus.paid: _("Paid out."),
    PayoutStatus.failed: _("The payout failed; the money is in their balance. See why below."),
    PayoutStatus.cancelled: _("The payout was cancelled; the money is in their balance."),
    PayoutStatus.unknown: _(
        "The payment company did not answer. Nothing is paid out twice; it is asked again by "
        "itself."
    ),
}
OBSTACLE: Mapping[Obstacle, Any] = {
    "payouts_disabled": _("The payment company does not pay this seller out now."),
    "payout_under_way": _(
        "Another payout to them has no definite answer yet. Wait until it is known what became of "
        "it."
    ),
    "no_answer": _(
        "The payment company does not say what they have, so nothing can be paid out now. Try "
        "again in a while; if it goes on, check the keys under Integrations."
    ),
    "nothing_there": _("They have nothing at the payment company that can be paid out now."),
}
_KEYS = {
    "idempotency_in_use": _(
        "This is being asked for at this very moment. Look at their payouts before you send "
        "another form."
    ),
    "idempotency_mismatch": _(
        "This form was sent already, with something else in it. Look at their payouts, then send "
        "this new form if you still mean it."
    ),
}


def refused(error: AppError) -> str:
    """Why a payout was not asked for, in the reader's language."""
    return str(OBSTACLE.get(error.code) or _KEYS.get(error.code) or refusal(error))  # type: ignore[call-overload]
