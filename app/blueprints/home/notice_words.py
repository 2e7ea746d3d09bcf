"""Notices in a merchant's words, and where each leads."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import rewritten
from app.models import Notice, NoticeKind
from app.registry import services
from app.services.notices import Entry

__all__ = ["TITLES", "Told", "place_of", "told"]

TITLES = {
    NoticeKind.duplicate_payment: _("A customer paid twice; the second payment goes back"),
    NoticeKind.paid_late: _("A payment came after its order's deadline"),
    NoticeKind.amount_mismatch: _("Another amount came than was asked for"),
    NoticeKind.mode_mismatch: _("Paid in test mode instead of live, or the other way round"),
    NoticeKind.account_mismatch: _("Paid to another account than was asked for"),
    NoticeKind.refund_failed: _("A refund failed"),
    NoticeKind.refund_unknown: _("Nobody knows yet whether a refund went out"),
    NoticeKind.release_unknown: _("Nobody knows yet whether money went on to a seller"),
    NoticeKind.reversal_unknown: _("Nobody knows yet whether money came back from a seller"),
    NoticeKind.chargeback: _("A customer's bank took money back"),
    NoticeKind.endpoint_failing: _("A webhook endpoint takes nothing"),
    NoticeKind.endpoint_off: _("A webhook endpoint was switched off"),
    NoticeKind.keys_refused: _("A payment company refuses the keys"),
    NoticeKind.reversed_elsewhere: _("Money was fetched back from a seller, and not by us"),
    NoticeKind.payout_failed: _("A payout to a seller failed"),
    NoticeKind.payout_unknown: _("Nobody knows yet whether a payout to a seller went out"),
    NoticeKind.export_ready: _("Your export is ready"),
}


@dataclass(frozen=True)
class Told:
    """A notice as the page has it."""

    entry: Entry
    title: str
    about: str


def told(entry: Entry) -> Told:
    """A notice in words; one of a kind that is no longer told is its code."""
    notice = entry.notice
    return Told(entry, str(TITLES.get(notice.kind, notice.kind)), _about(notice))  # type: ignore[call-overload]


def _about(notice: Notice) -> str:
    data = notice.data
    if notice.kind == NoticeKind.export_ready:
        return str(gettext("%(count)s orders", count=data.get("orders", 0)))
    if notice.kind == NoticeKind.keys_refused:
        known = services().get(notice.subject)
        return known.title if known else notice.subject
    if "url" in data:
        return str(data["url"])
    return f"{data.get('item', '')} · {rewritten(str(data.get('amount', '')))}"


def place_of(notice: Notice) -> str:
    """The address of what a notice is about."""
    if notice.kind in {NoticeKind.endpoint_failing, NoticeKind.endpoint_off}:
        return url_for("providers.deliveries.index", target=notice.subject)
    if notice.kind == NoticeKind.keys_refused:
        return url_for("integrations.show", service=notice.subject)
    if notice.kind == NoticeKind.export_ready:
        return url_for("orders.progress", export_id=notice.subject)
    if notice.kind in {NoticeKind.payout_failed, NoticeKind.payout_unknown}:
        seller_id = notice.data.get("seller")
        return (
            url_for("sellers.show", seller_id=seller_id) if seller_id else url_for("sellers.index")
        )
    return url_for("orders.show", order_id=notice.subject)
