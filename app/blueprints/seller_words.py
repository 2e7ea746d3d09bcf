"""How a seller stands, in a word: on their pages and in the audit log."""

from flask_babel import lazy_gettext as _

from app.models import SellerStatus

__all__ = ["STATUS"]

STATUS = {
    SellerStatus.created: _("Being opened"),
    SellerStatus.pending: _("Not ready yet"),
    SellerStatus.ready: _("Ready"),
    SellerStatus.restricted: _("Restricted"),
    SellerStatus.failed: _("Not opened"),
    SellerStatus.closed: _("Closed"),
}
