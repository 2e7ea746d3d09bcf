"""Why an order needs a person, and what they may do, in plain sentences."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import money, rewritten
from app.blueprints.reason_words import reason_of
from app.models import Attention
from app.services.orders.differences import Difference

__all__ = ["DEALT_WITH", "SHORT", "WHY", "gateway_says"]

SHORT = {
    Attention.payment_unknown: _("No answer about the payment"),
    Attention.payment_unconfirmed: _("Never heard whether it was paid"),
    Attention.payment_missing: _("Payment not found there"),
    Attention.gateway_misconfigured: _("Keys refused"),
    Attention.amount_mismatch: _("Another amount came"),
    Attention.mode_mismatch: _("Test and live mixed up"),
    Attention.account_mismatch: _("Paid into another account"),
    Attention.paid_late: _("Paid after the deadline"),
    Attention.duplicate_payment: _("Paid twice"),
    Attention.refund_unknown: _("No answer about the refund"),
    Attention.refund_failed: _("Refund failed"),
    Attention.release_unknown: _("No answer about the release"),
    Attention.release_failed: _("Release failed"),
    Attention.reversal_failed: _("Seller's share not fetched back"),
    Attention.escrow_uncovered: _("More went out than was held"),
    Attention.reversed_elsewhere: _("Fetched back elsewhere"),
    Attention.chargeback: _("Charged back"),
}
WHY = {
    Attention.payment_unknown: _(
        "The payment company did not answer when it was asked to take this payment. It may have "
        "the money or not, so nothing is taken again: asking again settles it."
    ),
    Attention.payment_unconfirmed: _(
        "The payment company never answered when it was asked to take this payment, and cannot be "
        "asked about it. It counts as failed now. Look on the company's own pages: if the customer "
        "did pay, give it back there; then say here that it is dealt with."
    ),
    Attention.payment_missing: _(
        "The payment company does not know this payment. Most likely the keys were changed to "
        "another account's: put the keys back that it was made with, then ask again."
    ),
    Attention.gateway_misconfigured: _(
        "The payment company refuses our keys, so nobody can tell how this payment stands. Put "
        "keys that work under Integrations, then ask again."
    ),
    Attention.amount_mismatch: _(
        "The payment company took another amount or currency than was asked for, so the order does "
        "not count as paid. Give back what came on the company's own pages, or settle the rest "
        "with the customer; then say here that it is dealt with."
    ),
    Attention.mode_mismatch: _(
        "A test payment came for a live order, or the other way round, so the order does not count "
        "as paid. Look at the payment on the company's own pages."
    ),
    Attention.account_mismatch: _(
        "The money went into another account than the one it was asked for with, so the order does "
        "not count as paid. Look at that account on the company's own pages."
    ),
    Attention.paid_late: _(
        "The customer paid after the order's deadline. What happens then is the provider's setting;"
        " money that is held waits for you: accept it, or give it back."
    ),
    Attention.duplicate_payment: _(
        "The customer paid this order twice. The second payment goes back by itself; the order "
        "stays paid by the first."
    ),
    Attention.refund_unknown: _(
        "The payment company did not answer when it was asked to give money back. The amount stays "
        "set aside and nothing is given back twice. Asking again settles it; where the company "
        "cannot be asked about refunds, look on its own pages and say here what became of it."
    ),
    Attention.refund_failed: _(
        "The payment company did not give the money back. Try again here, or give it back on the "
        "company's own pages and then say here that it is dealt with."
    ),
    Attention.release_unknown: _(
        "The payment company did not answer when it was asked to pass held money on to the seller. "
        "The amount stays set aside and nothing is passed on twice: asking again settles it."
    ),
    Attention.release_failed: _(
        "The payment company did not pass held money on to the seller, so it is held as before. "
        "See what it says, then release it again."
    ),
    Attention.reversal_failed: _(
        "A refund needed money that the seller already has, and it could not be fetched back; so "
        "nothing was refunded. Settle it with the seller, then refund again, or say here that it "
        "is dealt with."
    ),
    Attention.escrow_uncovered: _(
        "More of this order went back or on to the seller than was held for it, most likely by the "
        "payment company's own pages. The rest came out of your own balance there."
    ),
    Attention.reversed_elsewhere: _(
        "Money that was released came back from the seller by the payment company's own pages. "
        "Our books still say that the seller has it, since nobody can tell what it was for."
    ),
    Attention.chargeback: _(
        "The customer's bank took the money back, and decides who gets it. What is held stands "
        "still until then; answer on the payment company's own pages."
    ),
}
# What follows when a person says that it is dealt with.
DEALT_WITH = {
    Attention.amount_mismatch: _("Its payment then counts as failed."),
    Attention.mode_mismatch: _("Its payment then counts as failed."),
    Attention.account_mismatch: _("Its payment then counts as failed."),
}


def gateway_says(one: Difference) -> str:
    """What was last heard of the gateway, as far as it was noted."""
    told, payment = one.told, one.payment
    data: dict[str, Any] = told.data if told else {}
    if received := data.get("received"):
        return str(gettext("%(amount)s came", amount=rewritten(str(received))))
    if reason := data.get("reason") or data.get("failure"):
        return reason_of(str(reason))
    if payment and payment.status == "succeeded":
        return str(gettext("%(amount)s came", amount=money(payment.money)))
    if payment and payment.failure:
        return reason_of(payment.failure)
    return str(gettext("Nothing yet"))
