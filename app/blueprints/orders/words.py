"""An order's state in a merchant's words, and how it looks."""

from flask_babel import lazy_gettext as _

from app.models import OrderStatus

__all__ = ["STATUS", "TONE"]

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
