"""Why something about a seller was not done, in the reader's language."""

from flask_babel import gettext as _

from app.blueprints.forms import said
from app.blueprints.reason_words import reason_of
from app.kit.errors import AppError

__all__ = ["refusal"]


def refusal(error: AppError) -> str:
    """The refusal as a sentence for whoever asked."""
    reason = reason_of(error.message.partition(": ")[2])
    texts = {
        "gateway_unavailable": _(
            "The payment company does not answer. Nothing is lost; try again in a while."
        ),
        "gateway_misconfigured": _(
            "The payment company refuses our keys. Check them under Integrations."
        ),
        "gateway_not_configured": _("This company is not set up yet. Do it under Integrations."),
        "escrow_unavailable": _("This company keeps no accounts for sellers. Choose another one."),
        "declined": _("The payment company makes no account: %(reason)s.", reason=reason),
        "not_decided": _("Only the payment company's answer ends this: ask again."),
        "being_asked": _(
            "The payment company is being asked at this very moment. Try again in a minute."
        ),
        "move_decided": _("What became of it is known by now: look at it."),
        "seller_not_open": _("The seller has no account at the payment company."),
        "idempotency_in_use": _(
            "This seller is being made at this very moment. Look at the list before you send "
            "another."
        ),
        "idempotency_mismatch": _(
            "This form was sent already, with something else in it. Look at the list, then send "
            "this new form if you still mean it."
        ),
    }
    return texts.get(error.code) or said(error)
