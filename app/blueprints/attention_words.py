"""Why an order needs a person, in plain sentences: shortly for lists, headings and its story; at
length, with what may be done, where somebody decides."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.models import Attention

__all__ = ["ATTENTION", "Words"]


@dataclass(frozen=True)
class Words:
    """One matter: shortly, at length, and what follows when a person says that it is dealt with."""

    short: Any
    long: Any
    once_dealt_with: Any = ""


_COUNTS_AS_FAILED = _("Its payment then counts as failed.")

ATTENTION = {
    Attention.payment_unknown: Words(
        _("No answer about the payment"),
        _(
            "The payment company did not answer when it was asked to take this payment. It may "
            "have the money or not, so nothing is taken again: asking again settles it."
        ),
    ),
    Attention.payment_unconfirmed: Words(
        _("Nobody can tell whether it was paid"),
        _(
            "The payment company never answered when it was asked to take this payment, and cannot "
            "be asked about it. It counts as failed now. Look on the company's own pages: if the "
            "customer did pay, give it back there; then say here that it is dealt with."
        ),
    ),
    Attention.payment_missing: Words(
        _("The payment company does not know the payment"),
        _(
            "The payment company does not know this payment. Most likely the keys were changed to "
            "another account's: put the keys back that it was made with, then ask again."
        ),
    ),
    Attention.gateway_misconfigured: Words(
        _("The payment company refuses our keys"),
        _(
            "The payment company refuses our keys, so nobody can tell how this payment stands. Put "
            "keys that work under Integrations, then ask again."
        ),
    ),
    Attention.amount_mismatch: Words(
        _("Another amount came than was asked for"),
        _(
            "The payment company took another amount or currency than was asked for, so the order "
            "does not count as paid. Give back what came on the company's own pages, or settle the "
            "rest with the customer; then say here that it is dealt with."
        ),
        _COUNTS_AS_FAILED,
    ),
    Attention.mode_mismatch: Words(
        _("Paid in test mode instead of live, or the other way round"),
        _(
            "A test payment came for a live order, or the other way round, so the order does not "
            "count as paid. Look at the payment on the company's own pages."
        ),
        _COUNTS_AS_FAILED,
    ),
    Attention.account_mismatch: Words(
        _("Paid to another account than was asked for"),
        _(
            "The money went into another account than the one it was asked for with, so the order "
            "does not count as paid. Look at that account on the company's own pages."
        ),
        _COUNTS_AS_FAILED,
    ),
    Attention.paid_late: Words(
        _("Paid after the deadline"),
        _(
            "The customer paid after the order's deadline. What happens then is the provider's "
            "setting; money that is held waits for you: accept it, or give it back."
        ),
    ),
    Attention.duplicate_payment: Words(
        _("Paid twice; the second payment goes back"),
        _(
            "The customer paid this order twice. The second payment goes back by itself; the order "
            "stays paid by the first."
        ),
    ),
    Attention.refund_unknown: Words(
        _("No answer about the refund"),
        _(
            "The payment company did not answer when it was asked to give money back. The amount "
            "stays set aside and nothing is given back twice. Asking again settles it; where the "
            "company cannot be asked about refunds, or shows nothing of it after a day, look on "
            "its own pages and say beside the refund what became of it."
        ),
    ),
    Attention.refund_failed: Words(
        _("A refund failed"),
        _(
            "The payment company did not give the money back. Try again here, or give it back on "
            "the company's own pages and then say here that it is dealt with."
        ),
    ),
    Attention.release_unknown: Words(
        _("No answer about the release"),
        _(
            "The payment company did not answer when it was asked to pass held money on to the "
            "seller. The amount stays set aside and nothing is passed on twice: asking again "
            "settles it. If the company shows nothing of it after a day, look on its own pages and "
            "say beside the release that it was not made."
        ),
    ),
    Attention.release_failed: Words(
        _("Held money did not reach the seller"),
        _(
            "Held money was not passed on to the seller, so it is held as before. See beside the "
            "release why not, then release it again."
        ),
    ),
    Attention.reversal_unknown: Words(
        _("No answer about what is fetched back from the seller"),
        _(
            "A refund needs money that the seller already has, and the payment company did not "
            "answer when it was asked to fetch it back. Nothing is fetched back twice, and the "
            "refund waits: asking again settles it. If the company shows nothing of it after a "
            "day, look on its own pages and say beside it that it was not fetched back."
        ),
    ),
    Attention.reversal_failed: Words(
        _("The seller's share was not fetched back, so a refund failed"),
        _(
            "A refund needed money that the seller already has, and not all of it could be fetched "
            "back; so nothing was refunded. Settle it with the seller, then refund again, or say "
            "here that it is dealt with."
        ),
    ),
    Attention.escrow_uncovered: Words(
        _("More went out than was held"),
        _(
            "More of this order went back or on to the seller than was held for it, most likely by "
            "the payment company's own pages. The rest came out of your own balance there."
        ),
    ),
    Attention.reversed_elsewhere: Words(
        _("Money was fetched back from the seller, and not by us"),
        _(
            "Money that was released came back from the seller by the payment company's own pages. "
            "Our books still say that the seller has it, since nobody can tell what it was for."
        ),
    ),
    Attention.chargeback: Words(
        _("The customer's bank took the money back"),
        _(
            "The customer's bank took the money back, and decides who gets it. What is held for a "
            "seller stands still until then; answer on the payment company's own pages."
        ),
    ),
}
