"""How held money stands, in a merchant's words, and what happens to it next."""

from flask_babel import lazy_gettext as _

from app.models import HoldStatus

__all__ = ["STATUS", "TONE", "VIEW"]

STATUS = {
    HoldStatus.awaiting_payment: _("Waiting to be paid"),
    HoldStatus.held: _("Held"),
    HoldStatus.disputed: _("Disputed"),
    HoldStatus.released: _("Released"),
    HoldStatus.refunded: _("Given back"),
}
TONE = {HoldStatus.disputed: "warn", HoldStatus.released: "good"}
VIEW = {
    "open": _("Held now"),
    "disputed": _("Disputed"),
    "awaiting_payment": _("Waiting to be paid"),
    "released": _("Released"),
    "refunded": _("Given back"),
}
