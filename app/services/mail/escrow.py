"""Letters to owners about money that is held for sellers."""

from collections.abc import Callable, Mapping

from babel.dates import format_date
from sqlalchemy import select

from app.extensions import db, settings
from app.kit.written import written
from app.models import Hold, HoldStatus, Order, Payout, Seller
from app.registry import services
from app.services.mail.draft import Draft, Say

__all__ = ["ABOUT_ESCROW", "payout_failed", "release_soon"]


def _release_soon(_: Say, args: Mapping[str, str]) -> Draft | None:
    hold = db.session.get(Hold, args["hold"])
    if hold is None or hold.status != HoldStatus.held or hold.release_at is None:
        return None
    order = db.session.scalars(select(Order).where(Order.id == hold.order_id)).one()
    names = {
        "seller": db.session.get_one(Seller, hold.seller_id).name,
        "item": order.item_name,
        "date": format_date(hold.release_at, "long", locale=args["locale"]),
    }
    return release_soon(_, names, f"{settings().public_base_url}/orders/{order.id}")


def release_soon(_: Say, names: Mapping[str, str], link: str) -> Draft:
    """The reminder of a release; `names` are `seller`, `item` and `date`."""
    return Draft(
        _("Money for %(seller)s is released on %(date)s") % names,
        (
            _("What was paid for “%(item)s” is held until %(date)s, then %(seller)s gets it.")
            % names,
            _("If something is not right, dispute it before: the clock then stands still."),
        ),
        (_("Look at the order"), link),
        _("You get this because you are an owner of the organization."),
    )


def _payout_failed(_: Say, args: Mapping[str, str]) -> Draft | None:
    payout = db.session.get(Payout, args["payout"])
    if payout is None:
        return None
    seller = db.session.get_one(Seller, payout.seller_id)
    names = {
        "seller": seller.name,
        "amount": written(payout.money, args["locale"]),
        "company": services()[seller.gateway].title,
        "reason": payout.failure or _("no reason given"),
    }
    return payout_failed(_, names, f"{settings().public_base_url}/sellers/{seller.id}")


def payout_failed(_: Say, names: Mapping[str, str], link: str) -> Draft:
    """That a seller's bank did not take a payout; `names` are `seller`, `amount`, `company` and
    `reason`."""
    return Draft(
        _("A payout to %(seller)s failed") % names,
        (
            _("%(amount)s did not reach the bank of %(seller)s: %(reason)s.") % names,
            _(
                "The money is in their balance at %(company)s again. Most often the bank details"
                " they gave there have to be put right: send them a new onboarding link."
            )
            % names,
        ),
        (_("Look at the seller"), link),
        _("You get this because you are an owner of the organization."),
    )


ABOUT_ESCROW: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {
    "release_soon": _release_soon,
    "payout_failed": _payout_failed,
}
