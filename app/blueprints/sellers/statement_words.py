"""What a line of a statement is about, in words."""

from flask_babel import lazy_gettext as _

from app.models import JournalKind
from app.services.sellers.statement import Entry

__all__ = ["KIND", "title_of"]

KIND = {
    JournalKind.hold: _("Paid by the customer"),
    JournalKind.release: _("Released"),
    JournalKind.reversal: _("Fetched back"),
    JournalKind.refund: _("Given back to the customer"),
    JournalKind.refund_failed: _("A refund that failed after all"),
    JournalKind.chargeback: _("Taken back by the customer's bank"),
    JournalKind.chargeback_won: _("Returned by the customer's bank"),
    JournalKind.cover: _("Covered out of your own balance"),
}
_FEES = {
    JournalKind.release: _("Fee of a release"),
    JournalKind.reversal: _("Fee of what was fetched back"),
}


def title_of(one: Entry) -> str:
    """A line by what happened; a fee has a line of its own."""
    kind = JournalKind(one.kind)
    return str(_FEES.get(kind, KIND[kind]) if one.change.fee else KIND[kind])
