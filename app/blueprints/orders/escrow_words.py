"""What is held of an order and what happens to it next, in plain sentences."""

from datetime import timedelta
from decimal import Decimal

from flask_babel import format_percent, format_timedelta, gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import money
from app.blueprints.reason_words import reason_of
from app.kit.money import Money
from app.models import HoldStatus, MoveStatus, Release, SellerStatus
from app.services.escrow.going_back import came_in_part
from app.services.escrow.offering import Offer

__all__ = ["FETCHED", "MOVE", "OBSTACLE", "fee_percent", "in_part", "next_of", "once_not_made"]

MOVE = {
    MoveStatus.requested: _("Asked for"),
    MoveStatus.unknown: _("Unknown"),
    MoveStatus.succeeded: _("Succeeded"),
    MoveStatus.failed: _("Failed"),
}
# What is fetched back from a seller, by how that stands.
FETCHED = {
    MoveStatus.requested: _("To be fetched back: %(amount)s"),
    MoveStatus.unknown: _("To be fetched back: %(amount)s"),
    MoveStatus.succeeded: _("Fetched back: %(amount)s"),
    MoveStatus.failed: _("Not fetched back: %(amount)s"),
}
OBSTACLE = {
    "not_held": _("Nothing is held, so nothing can be released."),
    "chargeback_open": _(
        "The customer's bank took the money back. Nothing can be released until it has decided."
    ),
    "escrow_busy": _(
        "Money of this order is on its way to the seller or back. Wait until the payment company's "
        "answer is known."
    ),
    "seller_not_ready": _(
        "The seller cannot be paid now. Look at their page, which says what is missing."
    ),
    "nothing_left": _("All that is held is set aside for refunds."),
}


def fee_percent(offer: Offer) -> str:
    """The fee as people read it: `10%`, `2.5%`."""
    return str(format_percent(Decimal(offer.hold.fee_bps) / 10_000, "#,##0.##%"))


def in_part(offer: Offer) -> list[str]:
    """Of each refund that failed because only a part of what it needed came back."""
    return [
        str(
            gettext(
                "A refund needed %(needed)s back from %(seller)s, and only %(came)s came. So "
                "nothing was refunded, and what came was held again.",
                needed=money(one.needed),
                seller=offer.seller.name,
                came=money(one.came),
            )
        )
        for one in came_in_part(offer.escrow.reversals)
    ]


def once_not_made(release: Release) -> str:
    """What follows when a person says so of a release."""
    if release.cause == "date":
        return str(
            gettext(
                "It is held as before. No date releases it any more: somebody has to. Your name "
                "stands in the order's history."
            )
        )
    return str(
        gettext(
            "It is held as before, and can be released once more. Your name stands in the order's "
            "history."
        )
    )


def next_of(offer: Offer) -> str:
    """What happens to the money next. Where a date frees it, the date stands behind this."""
    hold, seller = offer.hold, offer.seller.name
    if hold.is_charged_back:
        return str(
            gettext(
                "The customer's bank took the money back and decides who gets it. Until then "
                "nothing can be released or refunded."
            )
        )
    if offer.releasing:
        amount = money(offer.releasing.money)
        return str(
            gettext(
                "%(amount)s is on its way to %(seller)s. The payment company is asked until its "
                "answer is known.",
                amount=amount,
                seller=seller,
            )
        )
    if offer.fetching_back.minor:
        return str(
            gettext(
                "%(amount)s is being fetched back from %(seller)s, so that the customer can be "
                "refunded.",
                amount=money(offer.fetching_back),
                seller=seller,
            )
        )
    return _standing(offer)


def _standing(offer: Offer) -> str:
    """What happens while no money is under way."""
    hold, seller = offer.hold, offer.seller.name
    if hold.status == HoldStatus.awaiting_payment:
        return _before_it_is_paid(offer)
    if hold.status == HoldStatus.disputed:
        return _disputed(hold.seconds_left, seller)
    if hold.status == HoldStatus.held:
        return _held(offer)
    if hold.status == HoldStatus.released:
        return _released(offer)
    return str(gettext("Nothing is held any more: it went back to the customer."))


def _released(offer: Offer) -> str:
    seller, sums, currency = offer.seller.name, offer.escrow.balances, offer.order.currency
    if not sums.refunded:
        return str(gettext("Nothing is held any more: %(seller)s has it.", seller=seller))
    return str(
        gettext(
            "Nothing is held any more: %(back)s went back to the customer, and %(seller)s has "
            "%(amount)s.",
            back=money(Money(sums.refunded, currency)),
            seller=seller,
            amount=money(Money(sums.seller, currency)),
        )
    )


def _before_it_is_paid(offer: Offer) -> str:
    seller = offer.seller.name
    if not offer.order.is_payable and offer.order.status != "processing":
        return str(gettext("Nothing was paid, so nothing is held for %(seller)s.", seller=seller))
    days = offer.hold.release_after_days
    if days is None:
        return str(gettext("Once the customer has paid, it is held for %(seller)s.", seller=seller))
    return str(
        gettext(
            "Once the customer has paid, it is held for %(seller)s, and released %(time)s later.",
            seller=seller,
            time=format_timedelta(timedelta(days=days), granularity="day", threshold=99999),
        )
    )


def _held(offer: Offer) -> str:
    hold, seller = offer.hold, offer.seller.name
    if hold.is_overdue and hold.held_up:
        return str(
            gettext(
                "Its date has come, and the payment company could not be asked how the payment "
                "stands: %(reason)s. Until it answers, nothing is released; it is asked again "
                "every hour.",
                reason=reason_of(hold.held_up).rstrip("."),
            )
        )
    if hold.is_overdue and offer.seller.status != SellerStatus.ready:
        return str(
            gettext(
                "Its date has come, and %(seller)s cannot be paid now. It is tried again daily.",
                seller=seller,
            )
        )
    if hold.is_overdue:
        return str(
            gettext(
                "Its date has come: it is released to %(seller)s as soon as possible.",
                seller=seller,
            )
        )
    if hold.release_at:
        return str(gettext("It is released to %(seller)s by itself:", seller=seller))
    return str(
        gettext("It is held until somebody releases it to %(seller)s or refunds it.", seller=seller)
    )


def _disputed(seconds_left: int | None, seller: str) -> str:
    if seconds_left is None:
        return str(
            gettext(
                "It is disputed, and held until somebody releases it to %(seller)s or refunds it.",
                seller=seller,
            )
        )
    return str(
        gettext(
            "It is disputed, and the clock stands still. When you resume, it is released to "
            "%(seller)s after the time that was left: %(time)s.",
            seller=seller,
            time=format_timedelta(timedelta(seconds=seconds_left)),
        )
    )
