"""Where a refund's money would come from when it is held for a seller, in sentences."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import money
from app.blueprints.orders import escrow_words
from app.services.escrow.going_back import Sources

__all__ = ["OBSTACLE", "sources_in_words"]

# Why the refund would be refused.
OBSTACLE = {
    "chargeback_open": _(
        "The customer's bank took the money back. Nothing can be refunded until it has decided."
    ),
    "escrow_busy": escrow_words.OBSTACLE["escrow_busy"],
    "too_large": _("Not that much is held or with the seller, so it cannot be refunded."),
}


def sources_in_words(sources: Sources, seller: str) -> str:
    """What comes out of what is held, and what of whose is fetched back, to the minor unit."""
    if not sources.fetched_back.minor:
        return str(gettext("It comes out of what is held for %(seller)s.", seller=seller))
    said = [_fetched_back(sources, seller)]
    if sources.held.minor:
        held = money(sources.held)
        said.insert(
            0,
            gettext("%(held)s comes out of what is held for %(seller)s.", held=held, seller=seller),
        )
    said.append(
        gettext("If %(seller)s does not have it any more, nothing goes back.", seller=seller)
    )
    return " ".join(said)


def _fetched_back(sources: Sources, seller: str) -> str:
    back = money(sources.fetched_back)
    if not sources.fee.minor:
        return str(
            gettext("%(back)s is fetched back from %(seller)s first.", back=back, seller=seller)
        )
    return str(
        gettext(
            "%(back)s is fetched back first: %(share)s from %(seller)s, and %(fee)s that you kept "
            "as your fee.",
            back=back,
            share=money(sources.from_seller),
            seller=seller,
            fee=money(sources.fee),
        )
    )
