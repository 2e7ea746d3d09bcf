"""What the buttons about an order share: a refusal is said on the page it came from."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints.buttons import press
from app.blueprints.forms import said
from app.kit.errors import AppError

__all__ = ["done", "refusal"]


def done(
    order_id: str, act: Callable[[], object], success: str | Callable[[], str]
) -> ResponseReturnValue:
    """Do it, say how it went, and go back to the order or to the list the form was on."""
    press(act, refusal, success)
    to = request.form.get("to")
    where = url_for(".differences") if to == "differences" else url_for(".show", order_id=order_id)
    return redirect(where, 303)


def refusal(error: AppError) -> str:
    """Why not, in the reader's language."""
    texts = {
        "gateway_unavailable": _(
            "The payment company does not answer. Nothing has changed; try again in a while."
        ),
        "gateway_misconfigured": _(
            "The payment company refuses our keys. Check them under Integrations."
        ),
        "invalid_state": _("The order has moved on: look at how it stands now."),
        "invalid_note": _("Write a note of up to 1000 characters."),
        "nothing_to_send": _(
            "There is no webhook to send again: none was made, it is on its way, or its endpoint "
            "is off."
        ),
        "refund_too_large": _("Less than that is left to refund by now."),
        "not_paid": _("Nothing was paid, so nothing can be given back."),
        "idempotency_in_use": _(
            "This is being asked for at this very moment. Look at the order before you send "
            "another form."
        ),
        "idempotency_mismatch": _(
            "This form was sent already, with something else in it. Look at what became of it on "
            "the order's page, then send this new form if you still mean it."
        ),
        "move_decided": _("What became of it is known by now: look at it."),
        "nothing_held": _("That money was accepted, or goes back, already."),
        "saved_meanwhile": _("Something else is the matter by now: look again."),
        "not_held": _("Nothing is held of this order, or not any more."),
        "escrow_busy": _(
            "Money of this order is on its way to the seller or back. Wait until the payment "
            "company's answer is known."
        ),
        "chargeback_open": _("The customer's bank took the money back, and has not decided yet."),
        "seller_not_ready": _(
            "The seller cannot be paid now. Look at their page, which says what is missing."
        ),
        "release_too_large": _("Less than that is left to release by now."),
        "invalid_reason": _("Write a reason of up to 255 characters."),
        "not_decided": _("Only the payment company's answer ends this: ask again."),
        "being_asked": _(
            "The payment company is being asked at this very moment. Try again in a minute."
        ),
    }
    return texts.get(error.code) or said(error)
