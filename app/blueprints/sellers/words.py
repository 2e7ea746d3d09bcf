"""How a seller and their payouts stand, in a merchant's words."""

from flask_babel import lazy_gettext as _

from app.blueprints.seller_words import STATUS
from app.models import PayoutStatus, SellerStatus

__all__ = ["NEXT", "PAYOUT", "PAYOUT_TONE", "SCOPES", "STATUS", "TONE"]

TONE = {
    SellerStatus.ready: "good",
    SellerStatus.restricted: "warn",
    SellerStatus.failed: "warn",
    SellerStatus.closed: "warn",
}
NEXT = {
    SellerStatus.created: _(
        "The payment company has not answered yet. It is asked again by itself."
    ),
    SellerStatus.pending: _(
        "They have an account, and have to say who they are before money is held for them: make a "
        "link and pass it on to them."
    ),
    SellerStatus.ready: _("Money can be held for them, and released to them."),
    SellerStatus.restricted: _(
        "The payment company wants something from them before they are paid again. What is held "
        "stays held: make a link and pass it on to them."
    ),
    SellerStatus.failed: _(
        "The payment company made no account for them, so nothing can be held. Make a new seller "
        "once the reason is out of the way."
    ),
    SellerStatus.closed: _(
        "Their account does not belong to yours any more, so they cannot be paid. What is still "
        "held for them can be refunded."
    ),
}
PAYOUT = {
    PayoutStatus.requested: _("Asked for"),
    PayoutStatus.pending: _("Under way"),
    PayoutStatus.paid: _("Paid"),
    PayoutStatus.failed: _("Failed"),
    PayoutStatus.cancelled: _("Cancelled"),
    PayoutStatus.unknown: _("Unknown"),
}
PAYOUT_TONE = {
    PayoutStatus.paid: "good",
    PayoutStatus.failed: "warn",
    PayoutStatus.unknown: "warn",
}
SCOPES = {
    "provider": _("the provider's own keys"),
    "organization": _("the organization's keys"),
    "platform": _("the operator's keys"),
}
