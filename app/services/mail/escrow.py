"""Letters to owners about money that is held for sellers."""

from collections.abc import Callable, Mapping

from babel.dates import format_date
from sqlalchemy import select

from app.extensions import db, settings
from app.models import Hold, HoldStatus, Order, Seller
from app.services.mail.draft import Draft, Say

__all__ = ["ABOUT_ESCROW", "release_soon"]


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


ABOUT_ESCROW: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {
    "release_soon": _release_soon,
}
