"""An order's state in a merchant's words, what happens next, and how it looks."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models import OrderStatus, PaymentStatus, RefundStatus
from app.registry import services

__all__ = ["NEXT", "PAYMENT", "REFUND", "REFUND_NEXT", "SCOPES", "STATUS", "TONE", "why_chosen"]

STATUS = {
    OrderStatus.pending: _("Waiting to be paid"),
    OrderStatus.processing: _("Being paid"),
    OrderStatus.paid: _("Paid"),
    OrderStatus.failed: _("Failed"),
    OrderStatus.cancelled: _("Cancelled"),
    OrderStatus.expired: _("Expired"),
    OrderStatus.partially_refunded: _("Partly refunded"),
    OrderStatus.refunded: _("Refunded"),
}
TONE = {
    OrderStatus.paid: "good",
    OrderStatus.failed: "warn",
}
NEXT = {
    OrderStatus.pending: _("The customer has not paid yet. At the deadline the order expires."),
    OrderStatus.processing: _(
        "The payment is under way. The payment company tells us how it ends, and is asked besides."
    ),
    OrderStatus.paid: _("The money came, and the provider is told. Nothing is left to do."),
    OrderStatus.failed: _("The last try failed. The customer may try again until the deadline."),
    OrderStatus.cancelled: _("Nothing more happens: nobody can pay it any more."),
    OrderStatus.expired: _("Nothing more happens: its deadline has passed."),
    OrderStatus.partially_refunded: _("A part went back to the customer; the rest can still."),
    OrderStatus.refunded: _("Everything went back to the customer. Nothing is left to do."),
}
PAYMENT = {
    PaymentStatus.created: _("Prepared"),
    PaymentStatus.pending: _("Waiting"),
    PaymentStatus.processing: _("Under way"),
    PaymentStatus.succeeded: _("Succeeded"),
    PaymentStatus.failed: _("Failed"),
    PaymentStatus.cancelled: _("Cancelled"),
    PaymentStatus.expired: _("Expired"),
    PaymentStatus.superseded: _("Replaced"),
    PaymentStatus.unknown: _("Unknown"),
}
REFUND = {
    RefundStatus.requested: _("Asked for"),
    RefundStatus.pending: _("Under way"),
    RefundStatus.succeeded: _("Succeeded"),
    RefundStatus.failed: _("Failed"),
    RefundStatus.unknown: _("Unknown"),
}
REFUND_NEXT = {
    RefundStatus.requested: _("It is being asked for."),
    RefundStatus.pending: _("The payment company is working on it; that may take days."),
    RefundStatus.succeeded: _("The payment company has given it back."),
    RefundStatus.failed: _("It did not happen, and the amount can be refunded again."),
    RefundStatus.unknown: _(
        "The payment company did not answer. The amount stays set aside, nothing is given back "
        "twice."
    ),
}
SCOPES = {
    "provider": _("the provider's own keys"),
    "organization": _("the organization's keys"),
    "platform": _("the operator's keys"),
}
_ASKED = {
    "request": _("The provider asked for it with the order."),
    "provider": _("It is the provider's setting."),
    "default": _("It is the default here: neither the order nor the provider names one."),
}
_CHOSEN = re.compile(r"gateway by (\w+), .*")
_TOOK_OVER = re.compile(r"after (\w+): .*")


def why_chosen(reason: str) -> str:
    """Why an order went to its payment company, out of the note that was made then."""
    if (found := _CHOSEN.fullmatch(reason)) and found[1] in _ASKED:
        return str(_ASKED[found[1]])
    if found := _TOOK_OVER.fullmatch(reason):
        left = services()[found[1]].title if found[1] in services() else found[1]
        return str(gettext("It took over from %(company)s, which did not do.", company=left))
    return reason
