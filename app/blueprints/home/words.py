"""What is the matter with an order, in a merchant's words."""

from flask_babel import lazy_gettext as _

__all__ = ["ATTENTION"]

ATTENTION = {
    "amount_mismatch": _("Another amount came than was asked for"),
    "mode_mismatch": _("Paid in test mode instead of live, or the other way round"),
    "account_mismatch": _("Paid to another account than was asked for"),
    "paid_late": _("Paid after its time was over"),
    "duplicate_payment": _("Paid twice; the second payment goes back"),
    "release_failed": _("Held money did not reach the seller"),
    "release_unknown": _("Nobody knows yet whether held money reached the seller"),
    "reversal_failed": _("The seller's share was not fetched back, so a refund failed"),
    "escrow_uncovered": _("More went out than was held"),
    "reversed_elsewhere": _("Money was fetched back from the seller, and not by us"),
    "chargeback": _("The customer's bank took the money back"),
    "refund_failed": _("A refund failed"),
    "refund_unknown": _("Nobody knows yet whether a refund went out"),
    "payment_unknown": _("The payment company does not answer about it"),
    "payment_unconfirmed": _("Nobody can tell whether it was paid"),
    "payment_missing": _("The payment company does not know it: were the keys changed?"),
    "gateway_misconfigured": _("The payment company refuses our keys"),
}
